"""Each act has its entry, with who did it; whatever is done to the log is found."""

from __future__ import annotations

import random
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from campus.accounts.actions import promote, reinstate, suspend
from campus.audit import chain
from campus.audit.acting import acting
from campus.audit.actions import Reason, last_of_all, record
from campus.audit.models import AuditEntry
from campus.audit.queries import Broken, Filter, everything, listing, verify
from campus.organizations.actions import add_member, remove_member
from campus.organizations.models import Role
from campus.platform import clock
from campus.platform.db import session, transaction

if TYPE_CHECKING:
    from flask import Flask

    from campus.accounts.models import User
    from campus.organizations.models import University

ENTRIES = 30


@pytest.fixture
def log(app: Flask) -> int:
    """A log of some entries; how many."""
    del app
    for number in range(1, ENTRIES + 1):
        with acting(f"user:{number % 4}"), transaction():
            record("thing.change", f"thing:{number}", before={"n": number, "wörd": None}, after={"n": -number, "list": [1, "a"]})
    return ENTRIES


def tamper(statement: str, **values: Any) -> None:
    """What somebody with the rights of the database's owner may do."""
    with transaction():
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text(statement), values)
    session.expunge_all()


def broken() -> list[Broken]:
    session.expunge_all()
    return list(verify())


def test_a_log_nobody_touched_is_as_it_was_written(log: int) -> None:
    assert broken() == []
    assert [entry.seq for entry in everything(Filter())] == list(range(1, log + 1))
    assert [entry.seq for entry in listing(Filter(actor="user:1"), before=20, limit=3)] == [17, 13, 9]


def test_what_is_recorded_last_of_all_is_written_in_its_order_when_the_block_ends(log: int) -> None:
    with acting("user:2"), transaction(), last_of_all():
        with acting("user:1"), last_of_all():
            record("thing.first", "thing:1", after={"reason": Reason("so", about=None)})
        record("thing.second", "thing:2")
        assert len(list(everything(Filter()))) == log
    with suppress(RuntimeError), transaction(), last_of_all():
        record("thing.never", "thing:3")
        raise RuntimeError
    told = [(entry.seq, entry.act, entry.actor) for entry in listing(Filter(), limit=2)]
    assert told == [(log + 2, "thing.second", "user:2"), (log + 1, "thing.first", "user:1")]
    assert broken() == []


def test_the_database_refuses_to_change_the_log(log: int) -> None:
    del log
    for statement in ("UPDATE audit_entry SET act = 'x'", "DELETE FROM audit_entry WHERE seq = 3", "TRUNCATE audit_entry"):
        with pytest.raises(ProgrammingError, match="only ever added to"), transaction():
            session.execute(text(statement))
    assert broken() == []


def test_what_is_taken_back_leaves_no_entry(log: int) -> None:
    def fails() -> None:
        with transaction():
            record("thing.change", "thing:99")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert [entry.seq for entry in listing(Filter(), limit=1)] == [log]
    assert broken() == []


CHANGES = {
    "actor": "'user:666'",
    "act": "'thing.keep'",
    "target": "'thing:0'",
    "at": "at + interval '1 microsecond'",
    "organization_id": "17",
    "before": "'{\"n\": 0}'",
    "after": "after || '{\"more\": true}'",
    "request_id": "'another'",
    "seal": "sha256(seal)",
}


MOVED = "at, actor, act, target, organization_id, before, after, request_id, seal"
TAMPERINGS = [
    *(f"UPDATE audit_entry SET {column} = {value} WHERE seq = :seq" for column, value in CHANGES.items()),  # noqa: S608 - above
    "DELETE FROM audit_entry WHERE seq = :seq",
    "DELETE FROM audit_entry WHERE seq >= :seq",
    "UPDATE audit_entry SET seq = :entries + 5 WHERE seq = :seq",
    f"INSERT INTO audit_entry (seq, {MOVED}) SELECT :entries + 1, {MOVED} FROM audit_entry WHERE seq = :seq",  # noqa: S608 - above
    "UPDATE audit_entry a SET target = b.target, before = b.before FROM audit_entry b WHERE a.seq = :seq AND b.seq = :other",
]


class _Undo(Exception):
    """Ends a trial."""


def found_by(statement: str, **values: int) -> bool:
    """Whether a change is noticed; it is taken back."""
    noticed = False
    with suppress(_Undo), transaction():
        session.execute(text("SET LOCAL session_replication_role = replica"))
        changed = session.execute(text(statement), values)
        assert changed.rowcount, statement  # type: ignore[attr-defined]  # a change's result has it
        session.expunge_all()
        noticed = any(verify())
        raise _Undo
    return noticed


@pytest.mark.parametrize("trials", [60, pytest.param(1000, marks=pytest.mark.long)])
def test_random_tampering_is_always_found(log: int, trials: int) -> None:
    dice, missed = random.Random(4), []
    for number in range(trials):
        seq, other = dice.sample(range(1, log + 1), 2)
        statement = TAMPERINGS[number % len(TAMPERINGS)]
        missed += [] if found_by(statement, seq=seq, other=other, entries=log) else [(statement, seq, other)]
    assert missed == []
    assert broken() == []


def test_a_log_sealed_anew_with_the_stolen_key_is_found_by_the_anchors(log: int) -> None:
    """Whoever has the database and the key can forge the chain, but not what was noted outside."""
    previous = chain.FIRST
    with transaction():
        session.execute(text("SET LOCAL session_replication_role = replica"))
        for entry in session.query(AuditEntry).order_by(AuditEntry.seq):
            entry.target = "thing:0" if entry.seq == log - 1 else entry.target
            entry.seal = previous = chain.seal(entry, previous)
    assert [each.seq for each in broken()] == [log - 1, log]


def test_a_privilege_that_is_used_is_on_record(alice: User, northbridge: University) -> None:
    with acting("cli:olga"):
        suspend(alice.id, now=clock.now())
        reinstate(alice.id)
        promote(user_id=alice.id)
        add_member(organization_id=northbridge.id, user_id=alice.id, role=Role.EDITOR, now=clock.now())
        remove_member(organization_id=northbridge.id, user_id=alice.id)
    entries = list(everything(Filter(actor="cli:olga")))
    assert [entry.act for entry in entries] == [
        "user.suspend",
        "user.reinstate",
        "user.promote",
        "membership.set",
        "membership.remove",
    ]
    assert {entry.target for entry in entries} == {f"user:{alice.id}"}
    assert (entries[3].before["role"], entries[3].after["role"]) == ("member", "editor")
    assert entries[3].organization_id == northbridge.id
    assert broken() == []


def test_a_reason_lies_beside_the_log_and_goes_with_its_person_alone(bob: User, dana: User) -> None:
    for person in (bob, dana):
        suspend(person.id, reason=f"@{person.handle} sells spam", now=clock.now())
    with transaction():
        record("thing.change", "thing:1", after={"reason": Reason("It broke", about=None)})
    entries = list(everything(Filter()))
    assert [entry.told["reason"] for entry in entries] == ["@bob sells spam", "@dana sells spam", "It broke"]
    assert not any("spam" in str(entry.after) for entry in entries)
    assert broken() == []
    tamper("UPDATE audit_reason SET text = 'She was rude' WHERE seq = 1")
    assert broken() == [Broken(1, "its reason is not what was written")]
    tamper("DELETE FROM audit_reason")
    assert [each.seq for each in broken()] == [1, 2, 3]
    with transaction():
        record("user.erase", f"user:{bob.id}")
    assert [each.seq for each in broken()] == [2, 3]
    assert next(iter(everything(Filter()))).told == {"suspended": True, "reason": "(erased)"}
