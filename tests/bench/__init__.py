"""Measurements. `make bench` runs all, `make bench ONLY=name` one; each figure stands beside a floor of the same run.

To add one: a module here with a generator of figures, marked `@bench("name")`:

    @bench("merge")
    def merge() -> Iterator[Figure]:
        yield Figure(name="merge.python", n=10_000, value=measured, unit="changes/s", floor=floor)
"""
