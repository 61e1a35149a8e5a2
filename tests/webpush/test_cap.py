"""CAP 1.2 out: valid by the rules of the OASIS schema (order, vocabulary, times), and the public feed."""

import re
from typing import Any

import pytest
from lxml import etree

from server.exchange.alert_draft import Compose, inherit, to_body
from server.exchange.alert_templates import TEMPLATES
from server.exchange.cap import ATOM, CAP, Source, write_alert, write_feed
from server.problems import Problem
from server.store.alerts import Alert

NOW = 1_795_690_000_123
NAMES = {"30000": "Phường Long Xuyên", "30003": "Phường Châu Đốc", "30006": "Xã Tịnh Biên", "91": "Tỉnh An Giang"}
SOURCE = Source(sender="an-giang@langnghe.example.vn", name="An Giang", areas=NAMES)

# The sequences of the schema: element -> (may be missing, may repeat)
ALERT = {
    "identifier": "1",
    "sender": "1",
    "sent": "1",
    "status": "1",
    "msgType": "1",
    "source": "?",
    "scope": "1",
    "restriction": "?",
    "addresses": "?",
    "code": "*",
    "note": "?",
    "references": "?",
    "incidents": "?",
    "info": "*",
}
INFO = {
    "language": "?",
    "category": "+",
    "event": "1",
    "responseType": "*",
    "urgency": "1",
    "severity": "1",
    "certainty": "1",
    "audience": "?",
    "eventCode": "*",
    "effective": "?",
    "onset": "?",
    "expires": "?",
    "senderName": "?",
    "headline": "?",
    "description": "?",
    "instruction": "?",
    "web": "?",
    "contact": "?",
    "parameter": "*",
    "resource": "*",
    "area": "*",
}
AREA = {"areaDesc": "1", "polygon": "*", "circle": "*", "geocode": "*", "altitude": "?", "ceiling": "?"}
GEOCODE = {"valueName": "1", "value": "1"}
WORDS = {
    "status": "Actual Exercise System Test Draft",
    "msgType": "Alert Update Cancel Ack Error",
    "scope": "Public Restricted Private",
    "category": "Geo Met Safety Security Rescue Fire Health Env Transport Infra CBRNE Other",
    "responseType": "Shelter Evacuate Prepare Execute Avoid Monitor Assess AllClear None",
    "urgency": "Immediate Expected Future Past Unknown",
    "severity": "Extreme Severe Moderate Minor Unknown",
    "certainty": "Observed Likely Possible Unlikely Unknown",
}
TIME = re.compile(r"\d\d\d\d-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d")


def check(element: Any, order: dict[str, str]) -> None:
    """Children in the schema's order, as often as it says, never empty, with its words and times."""
    names = [etree.QName(child).localname for child in element]
    assert all(etree.QName(child).namespace == CAP for child in element)
    assert names == sorted(names, key=list(order).index), names
    for name, times in order.items():
        found = names.count(name)
        assert {"1": found == 1, "?": found <= 1, "+": found >= 1, "*": True}[times], (name, found)
    for child in element:
        name = etree.QName(child).localname
        nested = {"info": INFO, "area": AREA, "geocode": GEOCODE}.get(name)
        if nested:
            check(child, nested)
            continue
        assert child.text
        assert child.text == child.text.strip()
        if name in WORDS:
            assert child.text in WORDS[name].split(), (name, child.text)
        if name in ("sent", "effective", "expires"):
            assert TIME.fullmatch(child.text), child.text
        if name in ("identifier", "sender"):
            assert not set(" ,<&") & set(child.text)


def composed(draft: Compose, **more: Any) -> Alert:
    body, expires = to_body(draft, NAMES, NOW)
    return Alert(
        project="an-giang",
        alert="a-1",
        root="a-1",
        body=body,
        areas=tuple(draft.areas),
        severity=body["severity"],
        expires_at_ms=expires,
        created_at_ms=NOW,
        sent_at_ms=NOW,
        **more,
    )


def text(root: Any, path: str) -> list[str]:
    return [found.text for found in root.iterfind(path, {"c": CAP})]


@pytest.mark.parametrize("kind", TEMPLATES)
@pytest.mark.parametrize("status", ["actual", "exercise", "test"])
def test_every_template_gives_a_valid_alert_without_a_word_written(kind: str, status: str) -> None:
    alert = composed(Compose(kind=kind, areas=["30000", "30003"], status=status))
    root = etree.fromstring(write_alert(alert, [], SOURCE))
    assert root.tag == f"{{{CAP}}}alert"
    check(root, ALERT)
    assert text(root, "c:info/c:language") == ["vi-VN", "en"]
    assert "Phường Long Xuyên, Phường Châu Đốc" in text(root, "c:info/c:headline")[0]
    assert text(root, "c:sent") == ["2026-11-26T17:46:40+07:00"]
    assert text(root, "c:info[1]/c:area/c:geocode/c:value") == ["30000", "30003"]


def test_an_update_refers_to_every_earlier_message_as_cap_asks() -> None:
    earlier = composed(Compose(kind="flood", areas=["30000"]))
    draft = inherit(Compose(headline="Lũ mức 3", areas=["30003"]), earlier.body, earlier.areas)
    newer = composed(draft, message_type="update", references=("a-1",))
    root = etree.fromstring(write_alert(newer, [earlier], SOURCE))
    check(root, ALERT)
    assert text(root, "c:references") == ["an-giang@langnghe.example.vn,a-1,2026-11-26T17:46:40+07:00"]
    assert text(root, "c:info/c:headline")[0] == "CẬP NHẬT: Lũ mức 3"
    assert newer.areas == ("30003", "30000")
    assert newer.body["instruction"] == earlier.body["instruction"]


def test_what_people_write_cannot_break_the_xml() -> None:
    hostile = "]]><script>&amp; \x00\x08\ufffe <b>đ</b> 🌊"
    alert = composed(Compose(kind="other", areas=["30000"], headline=hostile, description=hostile, contact=hostile))
    root = etree.fromstring(write_alert(alert, [], SOURCE))
    check(root, ALERT)
    assert text(root, "c:info/c:headline")[0].endswith("<b>đ</b> 🌊")


def test_utc_is_written_as_cap_wants_it() -> None:
    source = Source(sender="x@y", name="X", areas=NAMES, utc_offset_minutes=0)
    root = etree.fromstring(write_alert(composed(Compose(areas=["30000"])), [], source))
    assert text(root, "c:sent") == ["2026-11-26T10:46:40-00:00"]


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"areas": []}, "areas"),
        ({"areas": ["30000", "30000"]}, "areas"),
        ({"areas": ["99999"]}, "99999"),
        ({"kind": "meteor"}, "kind"),
        ({"severity": "terrible"}, "severity"),
        ({"status": "draft"}, "status"),
        ({"urgency": "soon"}, "urgency"),
        ({"expires_at_ms": NOW - 1}, "expires"),
        ({"expires_at_ms": NOW + 29 * 86_400_000}, "expires"),
        ({"effective_at_ms": NOW + 9_000, "expires_at_ms": NOW + 8_000}, "expires"),
        ({"headline": "x" * 301}, "headline"),
        ({"description": "x" * 6_001}, "description"),
        ({"language": "fr"}, "language"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_field(fields: dict[str, Any], fault: str) -> None:
    with pytest.raises(Problem) as refused:
        to_body(Compose(**{"areas": ["30000"]} | fields), NAMES, NOW)
    assert refused.value.code == "alert_invalid"
    assert fault in refused.value.details["fault"]


def test_the_feed_names_its_alerts_and_where_their_cap_lies() -> None:
    alert = composed(Compose(kind="flood", areas=["30000"], public=True))
    root = etree.fromstring(write_feed([alert], SOURCE, address="https://langnghe.example.vn", updated_at_ms=NOW))
    spaces = {"a": ATOM}
    assert [child.tag.split("}")[1] for child in root] == ["id", "title", "updated", "link", "author", "entry"]
    entry = root.find("a:entry", spaces)
    link = entry.find("a:link", spaces)
    assert link.get("href") == "https://langnghe.example.vn/public/alerts/a-1/cap.xml"
    assert link.get("type") == "application/cap+xml"
    for name in ("id", "title", "updated", "summary"):
        assert entry.find(f"a:{name}", spaces).text
