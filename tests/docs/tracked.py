"""The files that git tracks, for tests that read the house itself."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
GENERATED = ("pwa/package-lock.json", "requirements/run.txt", "requirements/dev.txt", "requirements/uv.txt")
CODE = {".py", ".ts", ".tsx", ".js", ".css", ".html"}
TEXT = CODE | {".md", ".toml", ".json", ".txt", ".in", ".csv", ".yml", ".yaml", ".svg", ".xml", ""}


@cache
def tracked(*suffixes: str) -> tuple[Path, ...]:
    """Tracked files with one of these suffixes (all without), relative to the root, that exist."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    paths = (Path(name) for name in listed.split("\0") if name)
    return tuple(path for path in paths if (not suffixes or path.suffix in suffixes) and (ROOT / path).is_file())


def text_of(path: Path | str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def texts() -> dict[Path, str]:
    """Every text file that a person wrote."""
    return {path: text_of(path) for path in tracked(*TEXT) if path.as_posix() not in GENERATED}
