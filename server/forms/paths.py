"""Field paths of the questions of a survey sheet: `/data/group/question`, by the groups and repeats around them."""

from collections.abc import Iterator

from server.forms.sheets import Row, Sheet


def kind_of_row(survey: Sheet, row: Row) -> str:
    """The type of a row in lower case with single spaces: `begin group`, `select one xa`."""
    return " ".join(survey.value(row, "type").lower().replace("_", " ").split())


def walk(survey: Sheet, root: str) -> Iterator[tuple[Row, str]]:
    """(row, path) of each row that has a name, groups and repeats included."""
    groups: list[str] = []
    for row in survey.rows:
        kind, name = kind_of_row(survey, row), survey.value(row, "name")
        if kind.startswith("end ") and groups and len(kind.split()) == 2:
            groups.pop()
            continue
        if name:
            yield row, "/".join(["", root, *groups, name])
        if kind.startswith("begin "):
            groups.append(name)
