"""The sync core: pure rules that the server and (in TypeScript) the phone share. Open protocol.py first."""
