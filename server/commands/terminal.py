"""How the command line looks: colours where there is a terminal, QR codes that phones can read, columns that fit.

A QR code is drawn with half blocks, dark on light by explicit colours, since a terminal's own background may be either.
Pure: everything comes in as arguments and goes out as text.
"""

import shutil
import sys
import unicodedata
from collections.abc import Sequence

import segno

QUIET = 2
"""Modules of light around a code. The standard asks for 4; phones read 2, and more codes fit in a row."""
GAP = 3

_HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def is_colourful() -> bool:
    return sys.stdout.isatty()


def columns() -> int:
    """Width of the terminal; 100 where there is none."""
    return shutil.get_terminal_size((100, 24)).columns


def bold(text: str) -> str:
    return f"\033[1m{text}\033[0m" if is_colourful() else text


def faint(text: str) -> str:
    return f"\033[2m{text}\033[0m" if is_colourful() else text


def width(text: str) -> int:
    """How many columns a text takes: marks that stand on a letter take none."""
    return sum(1 for letter in unicodedata.normalize("NFC", text) if not unicodedata.combining(letter))


def draw_qr(text: str) -> list[str]:
    """Lines of equal width (one character per module, two modules per line)."""
    modules = [[bool(module) for module in row] for row in segno.make(text, error="l").matrix_iter(border=QUIET)]
    if len(modules) % 2:
        modules.append([False] * len(modules[0]))
    lines = []
    for upper, lower in zip(modules[::2], modules[1::2], strict=True):
        line = "".join(_HALVES[pair] for pair in zip(upper, lower, strict=True))
        lines.append(f"\033[38;5;16;48;5;231m{line}\033[0m" if is_colourful() else line)
    return lines


def draw_codes(codes: Sequence[tuple[str, str]], *, across: int) -> list[str]:
    """QR codes with a caption above each, as many beside each other as fit into `across` columns.

    `codes`: (caption, text of the code).
    """
    drawn = [(caption, draw_qr(text)) for caption, text in codes]
    if not drawn:
        return []
    wide = max(_plain_width(lines[0]) for _, lines in drawn)
    per_row = max(1, (across + GAP) // (wide + GAP))
    lines: list[str] = []
    for start in range(0, len(drawn), per_row):
        row = drawn[start : start + per_row]
        lines.append((" " * GAP).join(_padded(caption, wide) for caption, _ in row).rstrip())
        tall = max(len(code) for _, code in row)
        lines += [
            (" " * GAP).join(code[at] if at < len(code) else " " * wide for _, code in row).rstrip(" ")
            for at in range(tall)
        ]
        lines.append("")
    return lines


def _padded(text: str, wide: int) -> str:
    cut = text if width(text) <= wide else text[: wide - 1] + "…"
    return bold(cut) + " " * (wide - width(cut))


def _plain_width(line: str) -> int:
    return len(line.removeprefix("\033[38;5;16;48;5;231m").removesuffix("\033[0m"))
