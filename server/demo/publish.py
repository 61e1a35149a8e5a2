"""Publishes the demo's two forms (server/demo/forms/*.xlsx) as anybody would: read, checked, opened in the engine."""

import asyncio
from importlib.resources import files
from pathlib import Path

from server.exchange.forms import Publisher
from server.forms.prepare import Prepared, prepare
from server.forms.publishing import Terms, publish_prepared, version_of
from server.store.database import Database
from server.store.forms import list_forms

QUICK_REPORT = "phan-anh-nhanh"
SURVEY = "khao-sat-quy"
NAMES = (QUICK_REPORT, SURVEY)
"""Form ids, which are also the names of the files."""


async def publish_demo_forms(database: Database, project: str, data: Path, *, now_ms: int) -> list[str]:
    """Publish what is not published yet; answers the ids of those. Errors: RuntimeError when a form has faults."""
    known = {form.form for form in await database.reader.read(lambda tx: list_forms(tx, project))}
    missing = [name for name in NAMES if name not in known]
    by = Publisher()
    for prepared in await asyncio.gather(*(_read(name) for name in missing)):
        version = version_of(prepared, project, Terms(), by, now_ms)
        await publish_prepared(database, data, prepared, version, by, now_ms=now_ms)
    return missing


async def _read(name: str) -> Prepared:
    content = (files("server.demo.forms") / f"{name}.xlsx").read_bytes()
    prepared = await prepare(content, f"{name}.xlsx")
    if prepared.faults:
        raise RuntimeError("; ".join(fault.line("vi") for fault in prepared.faults))
    return prepared
