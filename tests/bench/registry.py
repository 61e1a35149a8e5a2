"""What a bench is, and where they are known."""

import importlib
import pkgutil
from collections.abc import Callable, Iterable

from msgspec import Struct

import tests.bench


class Figure(Struct, frozen=True, kw_only=True):
    """One measured value. `floor`: what the bare machine does in the same run and unit; None where there is none."""

    name: str
    """Name of the bench, then what was measured: `ingest.32`, `ingest.32.p95`."""
    n: int
    """How much was measured: reports, requests, changes."""
    value: float
    unit: str
    engine: str = ""
    floor: float | None = None

    @property
    def ratio(self) -> float | None:
        """value / floor."""
        return self.value / self.floor if self.floor else None


Bench = Callable[[], Iterable[Figure]]
_benches: dict[str, Bench] = {}


def bench(name: str) -> Callable[[Bench], Bench]:
    """Make a bench known under a name."""

    def keep(run: Bench) -> Bench:
        if name in _benches:
            raise ValueError(f"two benches are called {name}")
        _benches[name] = run
        return run

    return keep


def all_benches() -> dict[str, Bench]:
    """Every bench of this package by name, in alphabetical order of modules."""
    for module in pkgutil.iter_modules(tests.bench.__path__):
        if not module.name.startswith(("_", "test_")):
            importlib.import_module(f"tests.bench.{module.name}")
    return dict(_benches)
