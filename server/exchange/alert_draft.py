"""From what a person composed to the fields of an alert: defaults of the template, limits, and what is refused. Pure.

All fields of an alert are texts, in the words of CAP 1.2 in small letters; times are milliseconds as text.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct, convert, field, structs

from server.exchange import cap
from server.exchange.alert_templates import TEMPLATES, Template, Words
from server.problems import Problem
from server.store.actor import Role

LONGEST_HEADLINE: Final = 300
LONGEST_TEXT: Final = 6_000
LONGEST_DAYS: Final = 28
MOST_AREAS: Final = 400


class Compose(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person composes; times in ms, 0 for none.

    Empty fields take the defaults of the template `kind` (of an update: what the earlier alert said). `headline_en` and
    its like are a second language; `public` puts the alert into the public feed, if there is one.
    """

    kind: str = ""
    areas: list[str] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)
    topic: str = ""
    status: str = ""
    category: str = ""
    event: str = ""
    event_en: str = ""
    response_type: str = ""
    urgency: str = ""
    severity: str = ""
    certainty: str = ""
    effective_at_ms: int = 0
    expires_at_ms: int = 0
    headline: str = ""
    description: str = ""
    instruction: str = ""
    headline_en: str = ""
    description_en: str = ""
    instruction_en: str = ""
    language: str = ""
    contact: str = ""
    public: bool = False


ROLES: Final[tuple[Role, ...]] = ("collaborator", "coordinator")
"""Who is told when nothing else is said."""


def inherit(draft: Compose, earlier: Mapping[str, str], areas: Sequence[str]) -> Compose:
    """An update as it is meant: what it does not say stays as `earlier` said it, and nobody is left out."""
    said: dict[str, Any] = {name: value for name, value in structs.asdict(draft).items() if value}
    kept: dict[str, Any] = {name: earlier[name] for name in _KEPT if name in earlier}
    kept |= {"roles": earlier.get("roles", "").split(","), "public": earlier.get("public") == "yes"}
    said["areas"] = [*draft.areas, *(area for area in areas if area not in draft.areas)]
    return convert(kept | said, Compose)


def to_body(draft: Compose, names: Mapping[str, str], now_ms: int) -> tuple[dict[str, str], int]:
    """The alert's fields and its expiry (ms). `names`: areas by code. Raises Problem alert_invalid with the fault."""
    template = TEMPLATES.get(draft.kind or "other")
    if template is None:
        raise _invalid(f"kind: {', '.join(TEMPLATES)}")
    _check_texts(draft)
    _check_areas(draft.areas, names)
    effective = draft.effective_at_ms or now_ms
    expires = draft.expires_at_ms or max(effective, now_ms) + template.hours * 3_600_000
    if expires <= max(now_ms, effective) or expires > now_ms + LONGEST_DAYS * 86_400_000:
        raise _invalid(
            f"expires_at_ms: phải sau hiện tại, tối đa {LONGEST_DAYS} ngày / ahead, {LONGEST_DAYS} days at most"
        )
    place = ", ".join(names[code] for code in draft.areas[:3]) + ("…" if len(draft.areas) > 3 else "")
    words = template.en if draft.language == "en" else template.vi
    fields = _words(draft, template, words, place)
    for name, taken in _VOCABULARY.items():
        value = getattr(draft, name).lower() or getattr(template, name, "actual")
        if value not in taken:
            raise _invalid(f"{name}: {', '.join(taken)}")
        fields[name] = value
    fields |= {
        "kind": template.kind,
        "roles": ",".join(sorted(set(draft.roles or ROLES))),
        "effective_at_ms": str(effective),
        "language": draft.language or "vi",
        "contact": draft.contact.strip(),
        "public": "yes" if draft.public else "",
    }
    return {name: value for name, value in fields.items() if value}, expires


_KEPT: Final = (
    *("kind", "status", "category", "event", "event_en", "response_type", "urgency", "severity", "certainty"),
    *(
        "headline",
        "description",
        "instruction",
        "headline_en",
        "description_en",
        "instruction_en",
        "language",
        "contact",
    ),
)
_VOCABULARY: Final[dict[str, Mapping[str, str]]] = {
    "status": cap.STATUSES,
    "category": cap.CATEGORIES,
    "response_type": cap.RESPONSES,
    "urgency": cap.URGENCIES,
    "severity": cap.SEVERITIES,
    "certainty": cap.CERTAINTIES,
}


def _words(draft: Compose, template: Template, words: Words, place: str) -> dict[str, str]:
    """Texts; where nothing at all was written in the main language, the template speaks in both."""
    is_blank = not draft.headline.strip()
    fields = {
        "event": draft.event.strip() or words.event,
        "headline": draft.headline.strip() or words.headline.format(place=place),
        "description": draft.description.strip(),
        "instruction": draft.instruction.strip() or words.instruction,
        "headline_en": draft.headline_en.strip(),
        "description_en": draft.description_en.strip(),
        "instruction_en": draft.instruction_en.strip(),
    }
    if draft.language != "en" and (is_blank or fields["headline_en"]):
        fields["event_en"] = draft.event_en.strip() or template.en.event
        fields["headline_en"] = fields["headline_en"] or template.en.headline.format(place=place)
        fields["instruction_en"] = fields["instruction_en"] or template.en.instruction
    return fields


def _check_texts(draft: Compose) -> None:
    if draft.language not in ("", "vi", "en"):
        raise _invalid("language: vi, en")
    for name in ("headline", "headline_en", "event", "event_en", "contact", "topic"):
        if len(getattr(draft, name)) > LONGEST_HEADLINE:
            raise _invalid(f"{name}: tối đa {LONGEST_HEADLINE} ký tự / {LONGEST_HEADLINE} characters at most")
    for name in ("description", "instruction", "description_en", "instruction_en"):
        if len(getattr(draft, name)) > LONGEST_TEXT:
            raise _invalid(f"{name}: tối đa {LONGEST_TEXT} ký tự / {LONGEST_TEXT} characters at most")


def _check_areas(areas: Sequence[str], names: Mapping[str, str]) -> None:
    if not 0 < len(areas) <= MOST_AREAS or len(set(areas)) != len(areas):
        raise _invalid(f"areas: 1–{MOST_AREAS}")
    unknown = [code for code in areas if code not in names]
    if unknown:
        raise _invalid(f"areas: {', '.join(unknown[:5])}?")


def _invalid(fault: str) -> Problem:
    return Problem("alert_invalid", fault=fault)
