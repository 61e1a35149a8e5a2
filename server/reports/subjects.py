"""What a form calls its kinds of topic: choice -> label, per language, read off the published XForms."""

from functools import lru_cache

from msgspec import Struct

from server.forms.submission import parse_xml
from server.store.forms import get_form_version, list_forms
from server.store.session import Tx
from server.store.tallies import SUBJECT_QUESTIONS

_XFORMS = "{http://www.w3.org/2002/xforms}"


class Label(Struct, frozen=True):
    """One kind of topic in both languages; the choice's own name where a form has no label for it."""

    vi: str
    en: str


async def read_subjects(tx: Tx, project: str) -> dict[str, Label]:
    """Over the current version of every form."""
    found: dict[str, Label] = {}
    for form in await list_forms(tx, project):
        version = await get_form_version(tx, project, form.form)
        if version is not None:
            found.update(labels_of(bytes(version.xform)))
    return found


@lru_cache(maxsize=32)
def labels_of(xform: bytes) -> dict[str, Label]:
    """Choices of the form's subject question; nothing where it has none or cannot be read."""
    try:
        document = parse_xml(xform)
    except ValueError:
        return {}
    texts: dict[str, dict[str, str]] = {}
    for translation in document.iter(f"{_XFORMS}translation"):
        language = "en" if "en" in translation.get("lang", "").lower() else "vi"
        for text in translation.iter(f"{_XFORMS}text"):
            value = text.find(f"{_XFORMS}value")
            if value is not None:
                texts.setdefault(language, {})[text.get("id", "")] = "".join(value.itertext())
    lists = {
        itemset.get("nodeset", "").partition("('")[2].partition("')")[0]
        for control in document.iter(f"{_XFORMS}select1")
        if control.get("ref", "").rpartition("/")[2] in SUBJECT_QUESTIONS
        for itemset in control.iter(f"{_XFORMS}itemset")
    }
    found = {}
    for instance in document.iter(f"{_XFORMS}instance"):
        if instance.get("id", "") not in lists:
            continue
        for item in instance.iter():
            parts = {child.tag.rpartition("}")[2]: child.text or "" for child in item}
            if "name" in parts:
                key, plain = parts.get("itextId", ""), parts.get("label", parts["name"])
                vi = texts.get("vi", {}).get(key, plain)
                found[parts["name"]] = Label(vi, texts.get("en", {}).get(key, vi))
    return found
