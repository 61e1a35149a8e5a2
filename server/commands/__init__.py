"""What the command line does, one module per subject. Speaks to a person: Vietnamese first, then short English."""
