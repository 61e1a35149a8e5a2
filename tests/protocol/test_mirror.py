"""pwa/src/sync mirrors sync: the same files, the same names in the same order, and nothing but pure code."""

import ast
import re
from pathlib import Path

import msgspec
import pytest

from sync import protocol

PYTHON, TYPESCRIPT = Path("sync"), Path("pwa/src/sync")
MODULES = sorted(path.stem for path in PYTHON.glob("*.py") if path.stem != "__init__")
ONLY_FOR_TESTS = {"memory_store", "vector_calls"}
SERVER_ONLY = {"to_signed", "from_signed", "from_sums"}
"""Python functions that only a database needs."""
IMPURE = re.compile(r"\b(Date|fetch|indexedDB|crypto|Math\.random|setTimeout|localStorage|navigator|performance)\b")


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def _python_functions(module: str) -> list[str]:
    body = ast.parse((PYTHON / f"{module}.py").read_text()).body
    names = [node.name for node in body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
    return [_camel(name) for name in names if name not in SERVER_ONLY]


def _code(module: str) -> str:
    text = (TYPESCRIPT / f"{module}.ts").read_text()
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.DOTALL)


def test_both_folders_have_the_same_files() -> None:
    mirrored = {path.stem for path in TYPESCRIPT.glob("*.ts") if not path.stem.endswith(".test")}
    assert mirrored - ONLY_FOR_TESTS == set(MODULES)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_exports_the_same_functions_in_the_same_order(module: str) -> None:
    wanted = _python_functions(module)
    found = re.findall(r"^export (?:async )?function (\w+)", _code(module), re.MULTILINE)
    assert [name for name in found if name in wanted] == wanted
    assert set(found) - set(wanted) <= {"withoutDefaults"}


@pytest.mark.parametrize("module", MODULES)
def test_the_typescript_core_is_pure(module: str) -> None:
    assert IMPURE.findall(_code(module)) == []
    imported = re.findall(r"from '([^']+)'", _code(module))
    assert all(re.fullmatch(r"\./[a-z]+", source) for source in imported), imported


def test_every_message_has_the_same_members_in_the_same_order() -> None:
    code = _code("protocol")
    interfaces = dict(re.findall(r"export interface (\w+) \{(.*?)\n\}", code, re.DOTALL))
    for name, body in interfaces.items():
        message = getattr(protocol, name)
        members = re.findall(r"readonly (\w+)(\??):", body)
        fields = msgspec.structs.fields(message)
        assert [(field.encode_name, "" if field.required else "?") for field in fields] == members, name
    messages = [
        name
        for name, one in vars(protocol).items()
        if isinstance(one, type) and issubclass(one, msgspec.Struct) and not name.startswith("_")
        and one.__module__ == protocol.__name__
    ]  # fmt: skip
    assert list(interfaces) == messages


def test_both_know_the_same_codes_and_numbers() -> None:
    code = _code("protocol")
    rejections = re.search(r"REJECTIONS[^{]*\{(.*?)\}", code, re.DOTALL)
    assert rejections
    assert dict(re.findall(r"(\w+): '(\w+)'", rejections[1])) == protocol.REJECTIONS
    for name in ("PROTOCOL_VERSION", "DIGEST_BUCKETS", "ITEM_BUDGET"):
        found = re.search(rf"{name} = ([\d_]+)", code)
        assert found
        assert int(found[1]) == getattr(protocol, name)
