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
from lxml import etree

from server.forms.faults import NOWHERE, Fault, Place, fault
from server.forms.reading import Reading

WALL_SECONDS = 90
HEAP_MEGABYTES = 768
MOST_CHOICES = 60
_XFORMS = "{http://www.w3.org/2002/xforms}"
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
    asked = msgspec.json.encode({"xform": thin(reading.xform), "files": dict(files), "modules": str(modules)})
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


def thin(xform: str, most: int = MOST_CHOICES) -> str:
    """The form with at most so many choices a list: jsdom takes minutes for what a browser does in a second."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    document = etree.fromstring(xform.encode(), parser)
    gone: set[str] = set()
    for root in document.iterfind(f".//{_XFORMS}instance/{_XFORMS}root"):
        for item in list(root)[most:]:
            gone.update(text.text or "" for text in item.iterfind(f"{_XFORMS}itextId"))
            root.remove(item)
    if not gone:
        return etree.tostring(document, encoding="unicode")
    for translation in document.iterfind(f".//{_XFORMS}itext/{_XFORMS}translation"):
        for text in translation.findall(f"{_XFORMS}text"):
            if text.get("id") in gone:
                translation.remove(text)
    return etree.tostring(document, encoding="unicode")


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
