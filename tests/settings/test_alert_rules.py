"""How alerts behave is read from the environment: sensible when nothing is said, refused when it cannot be meant."""

import pytest

from server.settings import AlertRules, SettingsError, read_settings


def test_nothing_said_means_the_defaults() -> None:
    assert read_settings({}).alerts == AlertRules()
    assert read_settings({"ALERT_QUIET": " ", "ALERT_UNDO_SECONDS": ""}).alerts == AlertRules()


def test_everything_can_be_said() -> None:
    said = read_settings(
        {
            "ALERT_UNDO_SECONDS": "0",
            "ALERT_APPROVAL_OVER": "100",
            "ALERT_ESCALATION_MINUTES": "5, 10,15",
            "ALERT_QUIET": "22:00-06:15",
            "ALERT_DIGEST_MINUTES": "0",
            "ALERT_FEED": "yes",
            "ALERT_CONTACT": "https://langnghe.example.vn/lien-he",
        }
    ).alerts
    assert said == AlertRules(
        undo_seconds=0,
        approval_over=100,
        escalation_minutes=(5, 10, 15),
        quiet=(22 * 60, 6 * 60 + 15),
        digest_minutes=0,
        feed=True,
        contact="https://langnghe.example.vn/lien-he",
    )
    assert read_settings({"ALERT_QUIET": "none"}).alerts.quiet == (0, 0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALERT_UNDO_SECONDS", "-1"),
        ("ALERT_UNDO_SECONDS", "soon"),
        ("ALERT_APPROVAL_OVER", "1e3"),
        ("ALERT_ESCALATION_MINUTES", "10,20"),
        ("ALERT_ESCALATION_MINUTES", "10,20,x"),
        ("ALERT_QUIET", "21:30"),
        ("ALERT_QUIET", "25:00-05:00"),
        ("ALERT_DIGEST_MINUTES", "a quarter"),
        ("ALERT_CONTACT", "langnghe@example.vn"),
    ],
)
def test_what_cannot_be_meant_names_its_variable(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read_settings({name: value})
