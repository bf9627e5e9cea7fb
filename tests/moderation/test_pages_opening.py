"""Acting without a report: from the menu of a thing to its case, which the usual pages decide; and who finds no such menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from campus.audit.models import AuditEntry
from campus.moderation.kinds import Action, CaseState, Target, TargetKind
from campus.moderation.models import Case, Decision, Report
from campus.organizations.models import Role
from campus.platform.db import session, transaction
from campus.posts.models import Audience, PostState
from tests.factories import make_comment, make_member, make_photo, make_post, make_token
from tests.moderation.court import case_of, decide, fresh, post_target, report

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from campus.posts.models import Post
    from tests.conftest import Client
    from tests.personas import World

    SignIn = Callable[[User], Client]

DESK = "/o/northbridge/manage/moderation"
CHOICE = {"measures": ["hide", "warn"], "rule": "spam", "reason": "Advertising is not for here."}


@pytest.fixture
def post(world: World) -> Post:
    with transaction():
        made = make_post(author=world.bob, organization=world.northbridge, audience=Audience.ORGANIZATION, text="Buy now")
        make_photo(post=made, position=1)
        make_photo(post=made, position=2)
    return made


def cases() -> list[Case]:
    return list(session.scalars(select(Case).order_by(Case.id).execution_options(populate_existing=True)))


def offers(browser: Client, page: str, thing: str) -> bool:
    return f'action="{thing}/moderate"' in browser.get(page).text


def test_a_moderator_acts_on_what_nobody_has_reported(
    world: World, post: Post, mina: User, client_as: SignIn, drain: Callable[[], int]
) -> None:
    moderator, url = client_as(mina), f"/posts/{post.id}"
    assert offers(moderator, url, url)
    opened = moderator.post(f"{url}/moderate").location
    [case] = cases()
    assert opened == f"{DESK}/cases/{case.id}"
    assert (case.silent, case.state, case.claimed_by, case.author_id) == (True, CaseState.CLAIMED, mina.id, world.bob.id)
    assert session.scalar(select(func.count()).select_from(Report)) == 0

    page = moderator.get(opened).text
    assert "Buy now" in page
    assert f'href="{opened}/decide"' in page
    assert moderator.get(f"{opened}/decide").status_code == 200
    assert "Advertising is not for here." in moderator.post(f"{opened}/decide/review", data=CHOICE).text
    assert moderator.post(f"{opened}/decide", data=CHOICE).location == opened
    drain()
    assert fresh(post).state is PostState.HIDDEN
    assert case_of(case.id).state is CaseState.DECIDED
    letter = session.scalars(select(Decision.letter)).one()
    assert "Advertising is not for here." in client_as(world.bob).get(f"/moderation/letters/{letter}").text
    acts = [tuple(row) for row in session.execute(select(AuditEntry.act, AuditEntry.actor).order_by(AuditEntry.seq))]
    assert acts[0] == ("case.claim", f"user:{mina.id}")
    assert ("case.decide", f"user:{mina.id}") in acts


def test_pressed_twice_or_after_a_report_it_is_one_case(
    world: World, post: Post, mina: User, readers: list[User], client_as: SignIn
) -> None:
    reported = report(readers[0], post_target(post)).case_id
    moderator = client_as(mina)
    for _ in range(2):
        assert moderator.post(f"/posts/{post.id}/moderate").location == f"{DESK}/cases/{reported}"
    assert (len(cases()), case_of(reported).silent, case_of(reported).claimed_by) == (1, False, mina.id)
    colleague = client_as(world.dana).post(f"/posts/{post.id}/moderate")
    assert colleague.location == f"{DESK}/cases/{reported}"
    assert case_of(reported).claimed_by == mina.id


def test_the_menu_is_there_for_those_whose_it_is(world: World, post: Post, mina: User, staff: User, client_as: SignIn) -> None:
    with transaction():
        comment = make_comment(post=post, author=world.alice)
        hers = make_post(author=mina, organization=world.northbridge)
        personal = make_post(author=world.bob)
        make_member(user=world.charlie, organization=world.studio, role=Role.OWNER)
        public = make_post(author=world.bob, organization=world.northbridge)
    everybody = {
        "alice": world.alice,
        "bob": world.bob,
        "charlie": world.charlie,
        "mina": mina,
        "dana": world.dana,
        "stan": staff,
    }
    browsers = {name: client_as(person) for name, person in everybody.items()}

    def whose(page: str, thing: str) -> set[str]:
        return {name for name, browser in browsers.items() if offers(browser, page, thing)}

    assert whose(f"/posts/{public.id}", f"/posts/{public.id}") == {"mina", "dana", "stan"}
    assert whose(f"/posts/{hers.id}", f"/posts/{hers.id}") == {"stan"}
    assert whose(f"/posts/{personal.id}", f"/posts/{personal.id}") == {"stan"}
    assert {"mina", "dana"} <= whose(f"/posts/{post.id}", f"/comments/{comment.id}") <= {"mina", "dana", "stan"}
    assert whose("/u/bob", "/u/bob") == {"stan"}
    assert whose("/o/studio", "/o/studio") == {"stan"}
    assert whose("/", f"/posts/{public.id}") == {"stan"}
    assert whose(f"/posts/{public.id}/report", f"/posts/{public.id}") == {"mina", "dana", "stan"}
    assert whose("/o/studio/report", "/o/studio") == {"stan"}


def test_nobody_opens_a_case_that_would_not_be_hers(world: World, post: Post, mina: User, client_as: SignIn) -> None:
    with transaction():
        hers = make_post(author=mina, organization=world.northbridge)
        elsewhere = make_post(author=world.charlie, organization=world.studio)
        personal = make_post(author=world.bob)
    report(world.dana, post_target(post))
    found: list[tuple[User, str]] = [
        (world.alice, f"/posts/{post.id}"),
        (world.charlie, f"/posts/{post.id}"),
        (world.bob, f"/posts/{post.id}"),
        (world.dana, f"/posts/{post.id}"),  # her own report
        (mina, f"/posts/{hers.id}"),  # her own post
        (world.dana, f"/posts/{hers.id}"),  # of another moderator: for the site's staff
        (mina, f"/posts/{elsewhere.id}"),
        (mina, f"/posts/{personal.id}"),
        (mina, "/u/bob"),
        (world.dana, "/o/northbridge"),
        (world.root, "/u/root"),
        (world.root, "/posts/987654"),
        (world.root, "/u/nobody_at_all"),
    ]
    for person, thing in found:
        assert client_as(person).post(f"{thing}/moderate").status_code == 404, (person.handle, thing)
    assert len(cases()) == 1
    assert client_as(world.root).post(f"/posts/{hers.id}/moderate").location.startswith("/moderation/cases/")


def test_the_staff_of_the_site_acts_on_photos_comments_people_and_organizations(
    world: World, post: Post, client_as: SignIn
) -> None:
    with transaction():
        make_member(user=world.root, organization=world.northbridge)
        comment = make_comment(post=post, author=world.alice)
    browser = client_as(world.root)
    things = (f"/posts/{post.id}/moderate?photo=2", f"/comments/{comment.id}/moderate", "/u/alice/moderate", "/o/studio/moderate")
    for thing in things:
        opened = browser.post(thing).location
        assert browser.get(opened).status_code == 200, thing
        assert browser.get(f"{opened}/decide").status_code == 200, thing
    assert [case.target_kind for case in cases()] == [
        TargetKind.PHOTO,
        TargetKind.COMMENT,
        TargetKind.USER,
        TargetKind.ORGANIZATION,
    ]
    decide(world.root, cases()[2].id, Action.WARN)
    assert browser.get(f"/moderation/cases/{cases()[2].id}").status_code == 200


def test_a_program_opens_a_case_and_decides_it(world: World, post: Post, mina: User, client: Client) -> None:
    headers = {"Authorization": f"Bearer {make_token(user=mina)}"}

    def opened(target: Target | str) -> tuple[int, int | None]:
        answer = client.post("/api/moderation/cases/", json={"target": str(target)}, headers=headers)
        return answer.status_code, (answer.get_json() or {}).get("id")

    assert opened(post_target(post)) == (201, cases()[0].id)
    for nothing in ("post:0", "post:x", "nothing", f"user:{world.bob.id}", f"post:{10**17}"):
        assert opened(nothing)[0] == 404, nothing
    decision = {"rule": "spam", "reason": "Advertising.", "measures": [{"action": "hide"}]}
    answer = client.post(f"/api/moderation/cases/{cases()[0].id}/decisions/", json=decision, headers=headers)
    assert (answer.status_code, fresh(post).state) == (201, PostState.HIDDEN)
