"""Webpush: the guard before every socket, the payloads, the policy of what to do with an answer, and the one sender."""
