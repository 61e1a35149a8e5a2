"""The phone's table: complete, never stuck, and the one that PROTOCOL.md shows."""

from pathlib import Path
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from sync.replica import BUSY_LIMITS_MS, TABLE, Effect, Event, Replica, State, render, step

STATES: tuple[State, ...] = get_args(State)
EVENTS: tuple[Event, ...] = get_args(Event)
ARMS = {"arm_backoff", "arm_idle", "arm_slow"}
FAILURES: tuple[Event, ...] = ("failed", "busy", "overdue", "session_refused", "app_refused", "device_revoked")


def test_the_page_shows_the_table() -> None:
    page = Path("sync/PROTOCOL.md").read_text()
    begin, end = "<!-- table -->\n\n", "\n<!-- end of table -->"
    assert page[page.index(begin) + len(begin) : page.index(end)] == render()


def test_every_way_out_of_a_busy_state_arms_a_timer() -> None:
    """LIVE-1."""
    for state in BUSY_LIMITS_MS:
        for event in EVENTS:
            after, effects = step(Replica(state=state), event)
            assert after.state in BUSY_LIMITS_MS or ARMS & set(effects) or "erase" in effects, (state, event)


def test_every_busy_state_knows_how_its_own_work_fails() -> None:
    """LIVE-4: transport states know every failure of the transport, storage states that of the storage."""
    for state in ("sending", "repairing", "uploading"):
        assert all((state, event) in TABLE for event in (*FAILURES, "body_refused")), state
    for state in ("saving", "adopting", "splitting", "mending"):
        assert all((state, event) in TABLE for event in ("save_failed", "overdue")), state


def test_each_effect_that_begins_work_enters_a_busy_state_and_one_that_arms_leaves_it() -> None:
    work: set[Effect] = {"send", "save", "adopt", "split", "repair", "mend", "upload"}
    for then, effects in TABLE.values():
        begun = work & set(effects)
        assert len(begun) == (1 if then in BUSY_LIMITS_MS else 0)
        assert bool(ARMS & set(effects)) == (then not in BUSY_LIMITS_MS and then != "revoked")


def test_every_state_but_the_end_can_come_back_to_sending() -> None:
    reach: dict[State, set[State]] = {
        state: {then for (at, _), (then, _) in TABLE.items() if at == state} for state in STATES
    }
    for state in STATES:
        seen, ahead = set(), {state}
        while ahead:
            at = ahead.pop()
            seen.add(at)
            ahead |= reach[at] - seen
        assert state == "revoked" or "sending" in seen - {state} or state == "sending"


@given(st.lists(st.sampled_from(EVENTS), max_size=60))
def test_no_run_of_events_leaves_it_without_a_timer_or_work(events: list[Event]) -> None:
    """I9: armed or busy after whatever happens, until the device is revoked."""
    phone, armed = Replica(), True
    for event in events:
        armed = armed and event != "woken"
        before = phone
        phone, effects = step(phone, event)
        armed = armed or bool(ARMS & set(effects)) or (event == "woken" and before == phone)
        assert armed or phone.state in BUSY_LIMITS_MS or phone.state == "revoked"
