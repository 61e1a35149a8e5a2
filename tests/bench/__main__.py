"""`python -m tests.bench [NAME …]`: runs benches, prints a table, writes bench.json. Ends with 1 when one failed."""

import json
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from tests.bench.registry import Figure, all_benches

OUT = Path("bench.json")
TITLES = ("name", "engine", "n", "value", "unit", "floor", "ratio")


def main(names: Sequence[str]) -> int:
    """Run the benches of these names, all without any."""
    known = all_benches()
    if unknown := set(names) - set(known):
        print(f"no bench is called {', '.join(sorted(unknown))}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    figures: list[Figure] = []
    failed: list[str] = []
    for name in names or known:
        print(f"… {name}", file=sys.stderr, flush=True)
        try:
            for figure in known[name]():
                figures.append(figure)
                print("  " + "  ".join(cells(figure)), file=sys.stderr, flush=True)
        except Exception:  # noqa: BLE001 one broken bench does not hide the others
            traceback.print_exc()
            failed.append(name)
    OUT.write_text(json.dumps([as_json(figure) for figure in figures], indent=1) + "\n")
    print("\n".join(table(figures)))
    print(f"{OUT}: {len(figures)} figures" + (f"; failed: {', '.join(failed)}" if failed else ""))
    return 1 if failed or not figures else 0


def as_json(figure: Figure) -> dict[str, object]:
    """Exactly the members that bench.json promises."""
    return {
        "name": figure.name,
        "engine": figure.engine,
        "n": figure.n,
        "value": figure.value,
        "unit": figure.unit,
        "floor": figure.floor,
        "ratio": figure.ratio,
    }


def cells(figure: Figure) -> tuple[str, ...]:
    return (
        figure.name,
        figure.engine or "–",
        f"{figure.n:,}",
        number(figure.value),
        figure.unit,
        number(figure.floor),
        number(figure.ratio),
    )


def table(figures: Sequence[Figure]) -> list[str]:
    """Aligned columns, numbers to the right."""
    rows = [TITLES, *map(cells, figures)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(TITLES))]
    right = {"n", "value", "floor", "ratio"}
    return [
        "  ".join(
            cell.rjust(wide) if title in right else cell.ljust(wide)
            for cell, wide, title in zip(row, widths, TITLES, strict=True)
        ).rstrip()
        for row in rows
    ]


def number(value: float | None) -> str:
    """Three or four significant digits."""
    if value is None:
        return "–"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
