"""CAP 1.2 out (OASIS Common Alerting Protocol): one alert as XML, and the public ones as an Atom feed. Pure.

An alert speaks one or two languages: the main one and, where `headline_en` is filled, English as a second info block.
Control characters that XML cannot carry are dropped. Times carry the installation's offset; CAP forbids `Z`.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from lxml import etree
from msgspec import Struct

from server.store.alerts import Alert

CAP: Final = "urn:oasis:names:tc:emergency:cap:1.2"
ATOM: Final = "http://www.w3.org/2005/Atom"
MEDIA_TYPE: Final = "application/cap+xml"
AREA_CODE: Final = "VN-DVHC"
"""Name of the geocode: the official code of a Vietnamese administrative unit."""

CATEGORIES: Final = {
    word.lower(): word
    for word in ("Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE")
} | {"other": "Other"}
RESPONSES: Final = {
    word.lower(): word
    for word in ("Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None")
}
URGENCIES: Final = {word.lower(): word for word in ("Immediate", "Expected", "Future", "Past", "Unknown")}
SEVERITIES: Final = {word.lower(): word for word in ("Extreme", "Severe", "Moderate", "Minor", "Unknown")}
CERTAINTIES: Final = {word.lower(): word for word in ("Observed", "Likely", "Possible", "Unlikely", "Unknown")}
STATUSES: Final = {word.lower(): word for word in ("Actual", "Exercise", "Test")}
MESSAGE_TYPES: Final = {word.lower(): word for word in ("Alert", "Update", "Cancel")}


class Source(Struct, frozen=True, kw_only=True):
    """Who speaks. `sender` has no space, comma, < or &; `areas` are the names of the areas by code."""

    sender: str
    name: str
    areas: Mapping[str, str]
    utc_offset_minutes: int = 420


def write_alert(alert: Alert, references: Sequence[Alert], source: Source) -> bytes:
    """One alert as CAP 1.2. `references` are the earlier messages that it updates or cancels."""
    body = alert.body
    root = etree.Element(f"{{{CAP}}}alert", nsmap={None: CAP})  # type: ignore[dict-item]
    is_public = body.get("public") == "yes"
    _add(root, "identifier", alert.alert)
    _add(root, "sender", source.sender)
    _add(root, "sent", _time(alert.sent_at_ms or alert.created_at_ms, source))
    _add(root, "status", STATUSES[body["status"]])
    _add(root, "msgType", MESSAGE_TYPES[alert.message_type])
    _add(root, "scope", "Public" if is_public else "Restricted")
    if not is_public:
        _add(root, "restriction", f"roles: {body.get('roles', '')}")
    if references:
        spoken_of = (
            f"{source.sender},{one.alert},{_time(one.sent_at_ms or one.created_at_ms, source)}" for one in references
        )
        _add(root, "references", " ".join(spoken_of))
    _write_info(root, alert, source, body.get("language") or "vi", "")
    if body.get("headline_en"):
        _write_info(root, alert, source, "en", "_en")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _write_info(root: etree._Element, alert: Alert, source: Source, language: str, suffix: str) -> None:
    body = alert.body
    info = etree.SubElement(root, f"{{{CAP}}}info")
    _add(info, "language", {"vi": "vi-VN", "en": "en"}.get(language, language))
    _add(info, "category", CATEGORIES[body.get("category") or "other"])
    _add(info, "event", body.get(f"event{suffix}") or body["event"])
    if body.get("response_type"):
        _add(info, "responseType", RESPONSES[body["response_type"]])
    _add(info, "urgency", URGENCIES[body["urgency"]])
    _add(info, "severity", SEVERITIES[body["severity"]])
    _add(info, "certainty", CERTAINTIES[body["certainty"]])
    _add(info, "effective", _time(int(body["effective_at_ms"]), source))
    _add(info, "expires", _time(alert.expires_at_ms, source))
    _add(info, "senderName", source.name)
    _add(info, "headline", _mark(alert, suffix) + body.get(f"headline{suffix}", ""))
    for name in ("description", "instruction"):
        _add(info, name, body.get(f"{name}{suffix}", ""))
    _add(info, "contact", body.get("contact", ""))
    for code in alert.areas:
        area = etree.SubElement(info, f"{{{CAP}}}area")
        _add(area, "areaDesc", source.areas.get(code, code))
        geocode = etree.SubElement(area, f"{{{CAP}}}geocode")
        _add(geocode, "valueName", AREA_CODE)
        _add(geocode, "value", code)


def _mark(alert: Alert, suffix: str) -> str:
    """What a reader of the headline alone must not miss."""
    marks = _MARKS[suffix]
    return marks.get(alert.body.get("status", ""), "") + marks.get(alert.message_type, "")


_MARKS: Final = {
    "": {"exercise": "[DIỄN TẬP] ", "test": "[THỬ] ", "cancel": "HỦY: ", "update": "CẬP NHẬT: "},
    "_en": {"exercise": "[EXERCISE] ", "test": "[TEST] ", "cancel": "CANCELLED: ", "update": "UPDATE: "},
}


def write_feed(alerts: Sequence[Alert], source: Source, *, address: str, updated_at_ms: int) -> bytes:
    """Public alerts as Atom, newest first. `address` is the installation's public address without a final slash."""
    feed = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})  # type: ignore[dict-item]
    _add(feed, "id", f"{address}/alerts.atom")
    _add(feed, "title", f"Cảnh báo – {source.name}")
    _add(feed, "updated", _time(updated_at_ms, source))
    etree.SubElement(feed, f"{{{ATOM}}}link", rel="self", href=f"{address}/alerts.atom")
    author = etree.SubElement(feed, f"{{{ATOM}}}author")
    _add(author, "name", source.name)
    for alert in alerts:
        entry = etree.SubElement(feed, f"{{{ATOM}}}entry")
        link = f"{address}/public/alerts/{alert.alert}/cap.xml"
        _add(entry, "id", link)
        _add(entry, "title", _mark(alert, "") + alert.body.get("headline", ""))
        _add(entry, "updated", _time(alert.sent_at_ms or alert.created_at_ms, source))
        _add(entry, "summary", alert.body.get("description") or alert.body.get("headline", ""))
        etree.SubElement(entry, f"{{{ATOM}}}link", rel="alternate", type=MEDIA_TYPE, href=link)
    return etree.tostring(feed, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _add(parent: etree._Element, name: str, text: str) -> None:
    """An element in the parent's namespace; none at all for an empty text (CAP's elements are never empty)."""
    clean = "".join(one for one in text if one in "\t\n\r" or (one >= " " and one not in "\ufffe\uffff")).strip()
    clean = clean.encode("utf-8", "ignore").decode()
    if clean:
        namespace = etree.QName(parent).namespace
        etree.SubElement(parent, f"{{{namespace}}}{name}").text = clean


def _time(at_ms: int, source: Source) -> str:
    offset = timedelta(minutes=source.utc_offset_minutes)
    at = datetime.fromtimestamp(at_ms // 1000, UTC).astimezone(timezone(offset))
    text = at.isoformat(timespec="seconds")
    return text.replace("+00:00", "-00:00")
