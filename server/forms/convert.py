"""Reads a form file in a child process with limits: memory and CPU by the child itself, wall time and output here.

The bytes go in by stdin, a Reading comes out by stdout. Whatever happens to the child, the answer is a Reading: a
child that was killed is a form with a fault, not an error of the server.
"""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

import msgspec

from server.forms.archive import MAX_FILE_BYTES
from server.forms.child import CPU_SECONDS, MEMORY_BYTES
from server.forms.faults import fault
from server.forms.reading import Reading

WALL_SECONDS = 60
_ROOT = Path(__file__).resolve().parents[2]
_OUT_OF_MEMORY = (b"MemoryError", b"Cannot allocate", b"failed to map", b"SystemError: error return without exception")
"""The last is what CPython says when there was no memory left for the exception either."""
_KEPT_ENVIRONMENT = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "TMPDIR", "TZ")


async def convert(
    content: bytes, filename: str, *, wall_seconds: float = WALL_SECONDS, memory_bytes: int = MEMORY_BYTES
) -> Reading:
    """What a form file says. `filename` only gives a form id where the settings name none; its path is never opened."""
    if len(content) > MAX_FILE_BYTES:
        return Reading(faults=[fault("file_too_large", limit=MAX_FILE_BYTES // 1024 // 1024)])
    environment = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    environment |= {"PYTHONPATH": str(_ROOT), "PYTHONHASHSEED": "0", "PYTHONUTF8": "1"}
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server.forms.child", Path(filename).name or "form.xlsx", str(memory_bytes),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=environment,
    )  # fmt: skip
    try:
        output, errors = await asyncio.wait_for(child.communicate(content), wall_seconds)
    except TimeoutError:
        return Reading(faults=[fault("conversion_too_long", limit=round(wall_seconds))])
    finally:
        if child.returncode is None:
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()
    return _read_answer(child.returncode or 0, output, errors)


def _read_answer(code: int, output: bytes, errors: bytes) -> Reading:
    if code in {-signal.SIGXCPU, -signal.SIGKILL}:
        return Reading(faults=[fault("conversion_too_long", limit=CPU_SECONDS)])
    if code != 0:
        last = errors.decode(errors="replace").strip().rsplit("\n", 1)[-1]
        memory = any(sign in errors for sign in _OUT_OF_MEMORY)
        return Reading(
            faults=[fault("conversion_too_much_memory") if memory else fault("conversion_failed", message=last)]
        )
    try:
        return msgspec.json.decode(output, type=Reading)
    except msgspec.MsgspecError as error:
        return Reading(faults=[fault("conversion_failed", message=str(error))])
