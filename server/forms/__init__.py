"""Forms: an XLSForm in, a form version out; and the answers of a submission as XML and as fields.

Read `prepare.py` first: it says what a published form version is made of. The rest, in the order a file passes:
`archive` (may it be opened at all) · `sheets` (cells with their places) · `check` (`features`, `expressions`,
`privacy`) · `translations` (no label is left blank) · `reader` (all of that, and pyxform) · `child` (in a process
with limits) · `convert` (starts it) · `engine` (the phone's own engine has the last word) · `command` (the command
line).
"""
