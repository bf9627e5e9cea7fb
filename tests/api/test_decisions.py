"""The author's own letters, for programs: what was decided about what is hers, and her appeal, once; nobody else's."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from campus.accounts.models import TokenScope
from campus.audit.models import AuditEntry
from campus.moderation import actions
from campus.moderation.kinds import APPEAL_WITHIN, Action, CaseState, Measure, Target, TargetKind
from campus.moderation.letters import letter_url
from campus.organizations.models import Role
from campus.platform.clock import now
from campus.platform.db import session
from tests.factories import make_member, make_post, make_user
from tests.moderation.court import case_of, decide, post_target, report

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from campus.moderation.models import Decision
    from tests.api.conftest import Program
    from tests.personas import World

    NewProgram = Callable[..., Program]

DECISIONS = "/api/me/decisions/"


def decided(world: World, author: User, *measures: Measure | Action, ago: timedelta = timedelta()) -> Decision:
    """The staff decides about a post of hers that was reported."""
    post = make_post(author=author, title="Lamps", text="Buy now")
    case_id = report(world.charlie, post_target(post), at=now() - ago).case_id
    return decide(world.root, case_id, *measures, at=now() - ago)


def one(decision: Decision) -> str:
    return f"{DECISIONS}{decision.id}/"


def test_she_reads_what_was_decided_and_nobody_s_name(program: NewProgram, world: World) -> None:
    made = decided(world, world.alice, Measure(Action.PAUSE, days=3), Action.HIDE)
    told = program(world.alice).get(one(made)).get_json()
    assert (told["target"], told["title"]) == (str(case_of(made.case_id).target), "A decision about your post")
    assert (told["rule"], told["stands"], told["appeal"], told["url"]) == ("spam", True, None, letter_url(made.letter))
    assert told["appeal_until"] == (made.at + APPEAL_WITHIN).isoformat().replace("+00:00", "Z")
    assert {"action": "pause", "photos": [], "days": 3, "audience": None} in told["measures"]
    assert "The staff of this site reviewed your post." in told["text"]
    assert told["about"] == "Lamps\nBuy now"
    assert {name for name in (world.charlie.name, world.root.name) if name in str(told)} == set()
    assert program(None).get(f"{letter_url(made.letter)}").status_code == 200


def test_her_list_is_hers_alone_the_newest_first_and_goes_on(program: NewProgram, world: World) -> None:
    hers = [decided(world, world.alice, Action.WARN).id for _ in range(5)]
    decided(world, world.alice, Action.NO_ACTION)
    decided(world, world.bob, Action.WARN)
    client, found, url = program(world.alice), [], f"{DECISIONS}?page_size=2"
    while url:
        answer = client.get(url)
        found += [each["id"] for each in answer.get_json()]
        url = answer.headers.get("Link", "").partition(">")[0].removeprefix("<")
    assert found == hers[::-1]
    assert program(world.dana).get(DECISIONS).get_json() == []


def test_she_appeals_once_and_hears_what_came_of_it(program: NewProgram, world: World) -> None:
    made = decided(world, world.alice, Action.HIDE)
    client, text = program(world.alice), {"text": " I wrote it myself. "}
    answer = client.post(f"{one(made)}appeal/", json=text)
    assert answer.status_code == 201
    assert (answer.get_json()["appeal"]["text"], answer.get_json()["appeal_until"]) == ("I wrote it myself.", None)
    assert case_of(made.case_id).state is CaseState.APPEALED
    entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "case.appeal")).one()
    assert entry.actor == f"api:{world.alice.id}"
    again = client.post(f"{one(made)}appeal/", json=text)
    assert (again.status_code, again.get_json()["title"]) == (409, "You have appealed already")
    actions.decide_appeal(viewer=None, case_id=made.case_id, overturn=True, reason="It is hers.", now=now())
    [told] = client.get(DECISIONS).get_json()
    assert (told["stands"], told["appeal"]["outcome"], told["appeal"]["reason"]) == (False, "overturned", "It is hers.")


def test_what_cannot_be_answered_is_refused(program: NewProgram, world: World) -> None:
    late = decided(world, world.alice, Action.WARN, ago=APPEAL_WITHIN + timedelta(minutes=1))
    client = program(world.alice)
    assert client.get(one(late)).get_json()["appeal_until"] is None
    assert client.post(f"{one(late)}appeal/", json={"text": "I disagree."}).status_code == 409
    made = decided(world, world.alice, Action.WARN)
    for text in ("", "   ", "x" * 2001):
        refused = client.post(f"{one(made)}appeal/", json={"text": text})
        assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "text")
    nothing = decided(world, world.alice, Action.NO_ACTION)
    assert client.get(one(nothing)).status_code == 404
    for other in (world.bob, world.root, world.charlie):
        assert program(other).get(one(made)).status_code == 404
        assert program(other).post(f"{one(made)}appeal/", json={"text": "So."}).status_code == 404
    assert case_of(made.case_id).state is CaseState.DECIDED


def test_the_letters_of_an_organization_are_for_those_who_run_it(program: NewProgram, world: World) -> None:
    owner = make_user(handle="owner")
    make_member(user=owner, organization=world.studio, role=Role.OWNER)
    case_id = report(world.bob, Target(TargetKind.ORGANIZATION, world.studio.id)).case_id
    made = decide(world.root, case_id, Action.WARN)
    assert [each["id"] for each in program(owner).get(DECISIONS).get_json()] == [made.id]
    assert program(world.alice).get(one(made)).status_code == 404
    assert program(owner).post(f"{one(made)}appeal/", json={"text": "We disagree."}).status_code == 201


def test_more_decisions_are_no_more_statements(program: NewProgram, world: World, count_queries: Callable[[], Any]) -> None:
    for _ in range(6):
        decided(world, world.alice, Action.WARN)
    client, numbers = program(world.alice), []
    for size in (1, 6):
        client.get(f"{DECISIONS}?page_size={size}")
        with count_queries() as statements:
            client.get(f"{DECISIONS}?page_size={size}")
        numbers.append(len(statements))
    assert numbers[0] == numbers[1] <= 5


def test_a_token_that_only_reads_is_told_no_address_by_which_one_could_appeal(
    program: NewProgram, world: World, drain: Callable[[], object]
) -> None:
    made = decided(world, world.alice, Action.HIDE)
    drain()
    reader, writer = program(world.alice, TokenScope.READ), program(world.alice, TokenScope.READ, TokenScope.WRITE)
    query = {"query": "{ me { notifications(first: 10) { nodes { url } } } }"}
    for path in (DECISIONS, one(made), "/api/notifications/"):
        assert str(made.letter) not in reader.get(path).text
        assert letter_url(made.letter) in writer.get(path).text
    assert reader.get(one(made)).get_json()["url"] is None
    told = reader.post("/graphql", json=query).get_json()["data"]["me"]["notifications"]["nodes"]
    assert told == [{"url": "/notifications"}]
    assert letter_url(made.letter) in writer.post("/graphql", json=query).text


def test_an_organizations_moderator_pauses_posting_there_by_program(program: NewProgram, world: World) -> None:
    mina = make_user(handle="mina", name="Mina")
    make_member(user=mina, organization=world.northbridge, role=Role.MODERATOR)
    post = make_post(author=world.alice, organization=world.northbridge, audience="public")
    case_id = report(world.charlie, post_target(post)).case_id
    body = {"rule": "spam", "reason": "Enough.", "measures": [{"action": "pause_here", "days": 3}]}
    assert program(mina).post(f"/api/moderation/cases/{case_id}/decisions/", json=body).status_code == 201
    alice, here = program(world.alice), {"organization_id": world.northbridge.id, "audience": "public"}
    refused = alice.post("/api/posts/", json={**here, "text": "No."})
    asked = alice.get(f"/api/posts/audience/?organization_id={world.northbridge.id}&audience=public")
    for answer in (refused, asked):
        told = answer.get_json()
        assert (answer.status_code, told["title"]) == (403, "Posting is paused")
        assert "paused your posting in Northbridge University until" in told["error"]
    assert alice.post(f"/api/posts/{post.id}/comments/", json={"text": "No."}).status_code == 403
    assert alice.post("/api/posts/", json={"audience": "public", "text": "Of my own"}).status_code == 201
    [made] = alice.get(DECISIONS).get_json()
    measure = {"action": "pause_here", "photos": [], "days": 3, "audience": None}
    assert alice.get(f"{DECISIONS}{made['id']}/").get_json()["measures"] == [measure]
