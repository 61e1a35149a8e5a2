"""Every expression of a form, checked in its own cell: references, brackets, functions and how many arguments they
take.

pyxform only checks references; a broken `selected(${x}` would break the form on the phone. Here libxml2 judges the
syntax (XPath 1.0, `${x}` replaced by a path) and FUNCTIONS what may be called. The phone's engine (`engine.py`)
judges after it.
"""

import re
from collections.abc import Iterator

from lxml import etree

from server.forms.faults import Fault, Place, fault
from server.forms.features import function_fault
from server.forms.sheets import Heading, Row, Sheet, Workbook

EXPRESSION_COLUMNS = ("relevant", "constraint", "calculation", "choice_filter", "required", "readonly", "repeat_count")
TEXT_COLUMNS = ("label", "hint", "guidance_hint", "constraint_message", "required_message")
_YES_NO = {word for plain in ("yes", "no", "true", "false") for word in (plain, plain.title(), plain.upper())}
"""What pyxform takes for true() and false()."""
_SMART = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"'})
_REFERENCE = re.compile(r"\$\{\s*(last-saved#)?([^}]*?)\s*\}")
_LITERAL = re.compile(r"\"[^\"]*\"|'[^']*'")
_CALL = re.compile(r"(?<![\w.:])([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)\s*\(")
_NODE_TESTS = {"node", "text", "comment", "processing-instruction"}
_OPERATORS = {"and", "or", "div", "mod"}

FUNCTIONS: dict[str, tuple[int, int]] = {
    "abs": (1, 1), "acos": (1, 1), "area": (1, 1), "asin": (1, 1), "atan": (1, 1), "atan2": (2, 2),
    "base64-decode": (1, 1), "boolean": (1, 1), "boolean-from-string": (1, 1), "ceiling": (1, 1),
    "checklist": (2, 99), "coalesce": (2, 2), "concat": (0, 99), "contains": (2, 2), "cos": (1, 1), "count": (1, 1),
    "count-non-empty": (1, 1), "count-selected": (1, 1), "current": (0, 0), "date": (1, 1), "date-time": (1, 1),
    "decimal-date-time": (1, 1), "decimal-time": (1, 1), "digest": (2, 3), "distance": (1, 99), "ends-with": (2, 2),
    "exp": (1, 1), "exp10": (1, 1), "false": (0, 0), "floor": (1, 1), "format-date": (2, 2), "format-date-time": (2, 2),
    "geofence": (2, 2), "id": (1, 1), "if": (3, 3), "indexed-repeat": (3, 99), "instance": (1, 1), "int": (1, 1),
    "join": (1, 99), "jr:choice-name": (2, 2), "jr:itext": (1, 1), "lang": (1, 1), "last": (0, 0), "local-name": (0, 1),
    "log": (1, 1), "log10": (1, 1), "max": (1, 99), "min": (1, 99), "name": (0, 1), "namespace-uri": (0, 1),
    "normalize-space": (0, 1), "not": (1, 1), "now": (0, 0), "number": (0, 1), "once": (1, 1), "pi": (0, 0),
    "position": (0, 1), "pow": (2, 2), "pulldata": (4, 4), "random": (0, 0), "randomize": (1, 2), "regex": (2, 2),
    "round": (1, 2), "selected": (2, 2), "selected-at": (2, 2), "sin": (1, 1), "sqrt": (1, 1), "starts-with": (2, 2),
    "string": (0, 1), "string-length": (0, 1), "substr": (2, 3), "substring": (2, 3), "substring-after": (2, 2),
    "substring-before": (2, 2), "sum": (1, 1), "tan": (1, 1), "today": (0, 0), "translate": (3, 3), "true": (0, 0),
    "uuid": (0, 1), "weighted-checklist": (2, 99),
}  # fmt: skip
"""Function -> fewest and most arguments, as @getodk/xforms-engine 0.22 takes them (a test holds the two together)."""


def check_expressions(workbook: Workbook) -> Iterator[Fault]:
    """Faults of every expression and every reference of the survey sheet."""
    survey = workbook.sheet("survey")
    names = {survey.value(row, "name") for row in survey.rows if not _ends(survey.value(row, "type"))}
    for row in survey.rows:
        for heading in survey.headings:
            if text := row.cells.get(heading.text, "").translate(_SMART):
                yield from _check_cell(survey, row, heading, text, names)


def _check_cell(survey: Sheet, row: Row, heading: Heading, text: str, names: set[str]) -> Iterator[Fault]:
    place = survey.place(row, heading=heading)
    if heading.column in TEXT_COLUMNS:
        yield from _check_references(text, names, place)
        return
    if heading.column in EXPRESSION_COLUMNS or (heading.column == "default" and _is_dynamic(text)):
        if text.strip() not in _YES_NO:
            yield from check_expression(text, names, place)
    elif heading.column == "trigger":
        yield from _check_references(text, names, place)


def list_expressions(workbook: Workbook) -> Iterator[tuple[str, Place]]:
    """Every expression with its cell: the engine's complaints are looked up in them."""
    survey = workbook.sheet("survey")
    for row in survey.rows:
        for heading in survey.headings:
            text = row.cells.get(heading.text, "")
            if text and (heading.column in EXPRESSION_COLUMNS or (heading.column == "default" and _is_dynamic(text))):
                yield text, survey.place(row, heading=heading)


def check_expression(text: str, names: set[str], place: Place) -> Iterator[Fault]:
    """Faults of one expression; `names` are the questions it may refer to."""
    unknown = list(_check_references(text, names, place))
    if unknown:
        yield from unknown
        return
    plain = _REFERENCE.sub(" /data/q ", _LITERAL.sub(_blank_references, text))
    if problem := _syntax_problem(plain):
        yield fault(problem, place, expression=text)
        return
    for name, given in _calls(plain):
        if refused := function_fault(name, place):
            yield refused
        elif name not in FUNCTIONS:
            yield fault("function_unknown", place, function=name)
        elif not FUNCTIONS[name][0] <= given <= FUNCTIONS[name][1]:
            yield fault("arguments_wrong", place, function=name, given=given, wanted=_wanted(FUNCTIONS[name]))


def _ends(kind: str) -> bool:
    return kind.lower().replace("_", " ").startswith("end ")


def _is_dynamic(text: str) -> bool:
    """A default that pyxform takes for an expression: it refers to a question or is one call of a known function."""
    call = _CALL.match(text)
    return "${" in text or bool(call and call[1] in FUNCTIONS and text.rstrip().endswith(")"))


def _check_references(text: str, names: set[str], place: Place) -> Iterator[Fault]:
    if text.count("${") != len(_REFERENCE.findall(text)):
        yield fault("reference_unclosed", place, expression=text)
        return
    for _, name in _REFERENCE.findall(text):
        if name not in names:
            yield fault("reference_unknown", place, name=name)


def _blank_references(literal: re.Match[str]) -> str:
    return _REFERENCE.sub("/data/q", literal[0])


def _syntax_problem(plain: str) -> str:
    """The code of what is wrong with the syntax of an expression without `${}`; empty when libxml2 reads it."""
    try:
        etree.XPath(plain)
    except etree.XPathError:
        outside = _LITERAL.sub("''", plain)
        if "'" in outside.replace("''", "") or '"' in outside:
            return "quotes_unclosed"
        if outside.count("(") != outside.count(")") or outside.count("[") != outside.count("]"):
            return "brackets_unbalanced"
        if re.search(r"==|&&|\|\||!(?!=)|<>", outside):
            return "operator_unknown"
        return "expression_invalid"
    except ValueError:
        return "expression_invalid"
    return ""


def _calls(plain: str) -> Iterator[tuple[str, int]]:
    """(function, number of arguments) of each call in an expression with sound syntax."""
    text = _LITERAL.sub("''", plain)
    for call in _CALL.finditer(text):
        if call[1] not in _NODE_TESTS | _OPERATORS:
            yield call[1], _count_arguments(text, call.end())


def _count_arguments(text: str, start: int) -> int:
    depth, commas, empty = 0, 0, True
    for character in text[start:]:
        if character in ")]":
            if depth == 0:
                break
            depth -= 1
        elif character in "([":
            depth += 1
        elif character == "," and depth == 0:
            commas += 1
        empty = empty and character.isspace()
    return 0 if empty else commas + 1


def _wanted(arity: tuple[int, int]) -> str:
    fewest, most = arity
    return str(fewest) if fewest == most else f"{fewest}+" if most == 99 else f"{fewest}-{most}"
