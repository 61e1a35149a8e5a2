"""Instance XML and fields, both ways, by the rules FIELD-1 to FIELD-8 of tests/forms/vectors; twin of
pwa/src/forms/fields.ts.

Fields are what changes carry: `/data/group/question` -> text, `/data/rep[ID]/question` for repeat instances, their
order in `/data/rep#order`. XML comes from anybody, so it is parsed without entities and to a limited depth.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from xml.etree import ElementTree as ET

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from msgspec import Struct, field

MAX_DEPTH = 40
_ID = re.compile(r"\[[A-Za-z0-9_-]+\]")
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_XFORMS = "{http://www.w3.org/2002/xforms}"
_JAVAROSA = "{http://openrosa.org/javarosa}"
Ids = dict[str, list[str]]
"""`/data/rep` -> ids of its instances in order; nested: `/data/rep[a]/child` -> ids."""


class UnreadableXmlError(ValueError):
    """The XML is not well-formed, declares entities, or is nested too deeply. The message is for a log, not for a
    person.
    """


class Instance(Struct, frozen=True):
    """What a submission says of itself: form id and version, instance id, the id it replaces, and its root element."""

    form: str
    version: str
    instance_id: str
    deprecated_id: str
    root: ET.Element


class Shape(Struct):
    """One element of a form's instance: its tag, whether it repeats, its children in the form's order."""

    tag: str
    repeats: bool = False
    counted: bool = False
    """The form fixes the number of instances (`jr:count`): their ids are their positions (FIELD-6)."""
    children: "dict[str, Shape]" = field(default_factory=dict)


class Built(Struct, frozen=True):
    """Instance XML with the ids of its repeat instances, and the fields that the form has no place for (FIELD-8)."""

    xml: bytes
    ids: Ids
    leftover: dict[str, str]


def bare(name: str) -> str:
    """A field name without the ids of repeat instances."""
    return _ID.sub("", name)


def parse_xml(xml: bytes | str) -> ET.Element:
    """The root element. Raises UnreadableXmlError."""
    try:
        root: ET.Element = fromstring(xml, forbid_dtd=True)
    except (ET.ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise UnreadableXmlError(str(error)) from error
    _check_depth(root)
    return root


def read_instance(xml: bytes) -> Instance:
    """Identity of a submission. Raises UnreadableXmlError when it is no instance of a form (its root names no form
    id).
    """
    root = parse_xml(xml)
    form = root.get("id", "") or _namespace(root.tag)
    if not form:
        raise UnreadableXmlError("the root element names no form")
    return Instance(form, root.get("version", ""), _meta(root, "instanceID"), _meta(root, "deprecatedID"), root)


def shape_of_xform(xform: bytes) -> Shape:
    """The shape of a form's instance. Raises UnreadableXmlError when there is no primary instance."""
    document = parse_xml(xform)
    primary = document.find(f".//{_XFORMS}model/{_XFORMS}instance")
    if primary is None or len(primary) == 0:
        raise UnreadableXmlError("the XForm has no primary instance")
    body = [element for element in document.iter(f"{_XFORMS}repeat") if element.get("nodeset")]
    counted = {repeat.get("nodeset", ""): repeat.get(f"{_JAVAROSA}count") is not None for repeat in body}
    return shape_of_instance(primary[0], counted)


def shape_of_instance(root: ET.Element, repeats: Mapping[str, bool]) -> Shape:
    """The shape of an instance; `repeats` are its repeating paths and whether each is counted. Instances are merged."""
    shape = Shape(local_name(root.tag))
    _merge(shape, root, f"/{shape.tag}", repeats)
    return shape


def repeats_of(shape: Shape) -> dict[str, bool]:
    """Path of each repeat (without ids) -> whether the form fixes its number."""
    found: dict[str, bool] = {}

    def walk(at: Shape, path: str) -> None:
        for child in at.children.values():
            range_ = f"{path}/{child.tag}"
            if child.repeats:
                found[range_] = child.counted
            walk(child, range_)

    walk(shape, f"/{shape.tag}")
    return found


def xml_to_fields(
    root: ET.Element,
    repeats: Mapping[str, bool],
    ids: Mapping[str, list[str]] | None = None,
    new_id: Callable[[str, int], str] = lambda _, index: str(index + 1),
) -> tuple[dict[str, str], Ids]:
    """(fields, ids) of an instance. `new_id(path, index)` names instances that `ids` does not know; counted ones are
    positions.
    """
    fields: dict[str, str] = {}
    found: Ids = {}

    def read(element: ET.Element, path: str) -> None:
        if len(element) == 0:
            text = unicodedata.normalize("NFC", element.text or "")
            if not text.isspace() and text and not _is_identity(path):
                fields[path] = text
            return
        for child in element:
            range_ = f"{path}/{local_name(child.tag)}"
            counted = repeats.get(bare(range_))
            if counted is None:
                read(child, range_)
                continue
            order = found.setdefault(range_, [])
            index = len(order)
            known = (ids or {}).get(range_, [])
            unknown = str(index + 1) if counted else new_id(range_, index)
            order.append(known[index] if index < len(known) else unknown)
            if len(child):
                read(child, f"{range_}[{order[-1]}]")

    read(root, f"/{local_name(root.tag)}")
    fields |= {f"{range_}#order": " ".join(order) for range_, order in found.items()}
    return fields, found


def instance_ids(fields: Mapping[str, str], range_: str) -> list[str]:
    """Ids of a repeat's instances: those in the order, then those that only their answers name (FIELD-8)."""
    order = fields.get(f"{range_}#order", "").split()
    named = (name[len(range_) + 1 :].partition("]")[0] for name in fields if name.startswith(f"{range_}["))
    return [*order, *sorted(set(named) - set(order))]


def fields_to_xml(
    shape: Shape, fields: Mapping[str, str], identity: Mapping[str, str], attributes: Mapping[str, str]
) -> Built:
    """An instance of a form from fields. `identity`: instanceID and deprecatedID; `attributes`: of the root (id,
    version).
    """
    ids: Ids = {}
    used: set[str] = set()

    def write(at: Shape, element: ET.Element, path: str) -> None:
        if not at.children:
            used.add(path)
            text = identity.get(at.tag, "") if _is_identity(path) else fields.get(path, "")
            element.text = _NOT_XML.sub("", text)
        for child in at.children.values():
            range_ = f"{path}/{child.tag}"
            if not child.repeats:
                write(child, ET.SubElement(element, child.tag), range_)
                continue
            used.add(f"{range_}#order")
            ids[range_] = instance_ids(fields, range_)
            for id_ in ids[range_]:
                write(child, ET.SubElement(element, child.tag), f"{range_}[{id_}]")

    root = ET.Element(shape.tag, dict(attributes))
    write(shape, root, f"/{shape.tag}")
    leftover = {name: text for name, text in fields.items() if name.startswith("/") and name not in used}
    return Built(ET.tostring(root, encoding="utf-8", xml_declaration=True), ids, leftover)


def _merge(shape: Shape, element: ET.Element, path: str, repeats: Mapping[str, bool]) -> None:
    for child in element:
        tag = local_name(child.tag)
        range_ = f"{path}/{tag}"
        known = shape.children.setdefault(tag, Shape(tag, range_ in repeats, repeats.get(range_, False)))
        _merge(known, child, range_, repeats)


def _check_depth(root: ET.Element) -> None:
    level = [root]
    for _ in range(MAX_DEPTH):
        level = [child for element in level for child in element]
        if not level:
            return
    raise UnreadableXmlError("nested too deeply")


def local_name(tag: str) -> str:
    """A tag without its namespace, in NFC."""
    return unicodedata.normalize("NFC", tag.rpartition("}")[2])


def _namespace(tag: str) -> str:
    return tag[1:].partition("}")[0] if tag.startswith("{") else ""


def _is_identity(path: str) -> bool:
    """Identity belongs to the item, not to its answers (FIELD-7)."""
    return re.fullmatch(r"/[^/]+/meta/(instanceID|deprecatedID)", path) is not None


def _meta(root: ET.Element, name: str) -> str:
    for child in root:
        if local_name(child.tag) == "meta":
            return next(((one.text or "").strip() for one in child if local_name(one.tag) == name), "")
    return root.get(name, "").strip()
