"""The child process that reads a form file: limits on itself first, then bytes on stdin, a Reading as JSON on stdout.

`python -m server.forms.child FILENAME MEMORY_BYTES` is started by `convert` only. It opens no socket and no
database; whatever a hostile workbook does to it ends with this process.
"""

import resource
import sys
from contextlib import redirect_stdout, suppress

MEMORY_BYTES = 1024 * 1024 * 1024
CPU_SECONDS = 25
FILE_BYTES = 64 * 1024 * 1024
"""pyxform writes the XForm to a temporary file before it reads it back."""


def limit_itself(memory_bytes: int) -> None:
    """Memory, CPU time, files and core dumps of this process, from here on."""
    with suppress(ValueError, OSError):  # macOS knows the name but not the limit
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Read stdin, write the Reading to stdout; what libraries print goes to stderr."""
    filename, memory_bytes = sys.argv[1], int(sys.argv[2])
    limit_itself(memory_bytes)
    import msgspec

    from server.forms.faults import fault
    from server.forms.reader import read
    from server.forms.reading import Reading

    content = sys.stdin.buffer.read()
    with redirect_stdout(sys.stderr):
        try:
            reading = read(content, filename)
        except MemoryError:
            reading = Reading(faults=[fault("conversion_too_much_memory")])
    sys.stdout.buffer.write(msgspec.json.encode(reading))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
