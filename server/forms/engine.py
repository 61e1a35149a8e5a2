"""The phone's own form engine has the last word: a form that it does not open is not published.

Runs `engine_check.mjs` in Node with the engine of pwa/node_modules, where both are there (they are wherever the
phone app was built). Where they are not, the author is told that this check was left out; every other check stands.
"""

import asyncio
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from server.forms.faults import NOWHERE, Fault, Place, fault
from server.forms.reading import Reading

WALL_SECONDS = 90
HEAP_MEGABYTES = 768
_SCRIPT = Path(__file__).with_name("engine_check.mjs")
MODULES = Path(__file__).resolve().parents[2] / "pwa" / "node_modules"


class _Told(msgspec.Struct):
    problems: list[str]


def find_node(modules: Path = MODULES) -> str:
    """Path of Node where the engine and jsdom are there too; else empty."""
    there = (modules / "@getodk" / "xforms-engine").is_dir() and (modules / "jsdom").is_dir()
    return (shutil.which("node") or "") if there else ""


async def open_in_engine(
    reading: Reading, files: Mapping[str, str], *, modules: Path = MODULES
) -> tuple[list[Fault], list[Fault]]:
    """(faults, warnings) of opening a form. `files`: text of its CSV, XML and GeoJSON, by name."""
    node = find_node(modules)
    if not node:
        return [], [fault("engine_missing")]
    asked = msgspec.json.encode({"xform": reading.xform, "files": dict(files), "modules": str(modules)})
    child = await asyncio.create_subprocess_exec(
        node, f"--max-old-space-size={HEAP_MEGABYTES}", str(_SCRIPT),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        output, errors = await asyncio.wait_for(child.communicate(asked), WALL_SECONDS)
    except TimeoutError:
        return [fault("conversion_too_long", limit=WALL_SECONDS)], []
    finally:
        if child.returncode is None:
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()
    try:
        told = msgspec.json.decode(output, type=_Told)
    except msgspec.MsgspecError:
        last = errors.decode(errors="replace").strip().rsplit("\n", 1)[-1]
        return [fault("engine_refused", message=last or f"exit code {child.returncode}")], []
    return [fault("engine_refused", _place(problem, reading), message=problem) for problem in told.problems], []


def _place(problem: str, reading: Reading) -> Place:
    """The cell of the longest path that a message names, else of the first expression calling what it names."""
    named = [path for path in reading.places if path in problem]
    if named:
        return reading.places[max(named, key=len)]
    for word in re.findall(r"'([\w:-]+)'", problem):
        called = re.compile(rf"(?<![\w:.-]){re.escape(word)}\s*\(")
        for text, place in reading.expressions:
            if called.search(text):
                return place
    return NOWHERE
