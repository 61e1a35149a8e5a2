"""Rows of an uploaded XLSX as text, read in a child process with limits."""

import asyncio
import os
import sys
from pathlib import Path

import msgspec

from server.forms.archive import inspect
from server.problems import Problem

SECONDS = 30
_ROOT = Path(__file__).resolve().parents[2]

_rows = msgspec.json.Decoder(list[list[str]]).decode


async def sheet_rows(content: bytes) -> list[list[str]]:
    """Rows of the first sheet. Problem sheet_unreadable."""
    if inspect(content):
        raise Problem("sheet_unreadable")
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "server.reports.sheet_child",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1"},
    )
    try:
        async with asyncio.timeout(SECONDS):
            said, _ = await child.communicate(content)
    except TimeoutError:
        child.kill()
        await child.wait()
        raise Problem("sheet_unreadable") from None
    if child.returncode != 0:
        raise Problem("sheet_unreadable")
    return _rows(said)
