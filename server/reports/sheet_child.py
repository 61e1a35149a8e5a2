"""The child process that reads rows of an XLSX: limits on itself first, then bytes on stdin, rows as JSON on stdout.

`python -m server.reports.sheet_child` is started by `sheet_rows` only, after server/forms/archive.py has looked at the
bytes. It opens no socket and no database; whatever a hostile workbook does to it ends with this process.
"""

import io
import sys
from contextlib import redirect_stdout

from server.forms.child import limit_itself

MEMORY_BYTES = 512 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 30


def main() -> None:
    """Rows of the first sheet as lists of text."""
    limit_itself(MEMORY_BYTES)
    import msgspec
    from openpyxl import load_workbook

    with redirect_stdout(sys.stderr):
        book = load_workbook(io.BytesIO(sys.stdin.buffer.read()), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = [
            ["" if cell is None else str(cell).strip() for cell in row]
            for row in sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS, values_only=True)
        ]
    sys.stdout.buffer.write(msgspec.json.encode(rows))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
