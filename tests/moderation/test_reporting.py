"""Who reports what, where it goes, when it hides the thing, and that nobody handles what concerns herself."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from campus.media.variants import incoming_key
from campus.moderation import actions
from campus.moderation.kinds import Action, CaseScope, Category, Tab, Target, TargetKind
from campus.moderation.models import Case, Report, Snapshot
from campus.moderation.queries.evidence import kept_file
from campus.moderation.queries.finding import CaseNotFound, case_for
from campus.moderation.queries.listing import Filters, queue, tab_counts
from campus.moderation.seats import NoSeat
from campus.moderation.targets import TargetNotFound
from campus.organizations.actions import add_member, remove_member
from campus.organizations.models import Role
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.platform.limits import QuotaExceeded
from campus.posts.actions import delete, edit
from campus.posts.files import keep_upload, storage
from campus.posts.models import Photo, PostState
from tests.factories import make_comment, make_member, make_photo, make_post, make_user
from tests.moderation.court import case_of, decide, fresh, post_target, report
from tests.posts.making import draft as post_draft
from tests.posts.making import viewer_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from campus.posts.models import Post
    from tests.personas import World


@pytest.fixture
def ours(world: World) -> Post:
    """For the members of Northbridge, by one of them."""
    return make_post(author=world.alice, organization=world.northbridge, audience="organization", text="Buy now")


def test_what_she_does_not_see_cannot_be_reported(world: World, ours: Post) -> None:
    comment = make_comment(post=ours, author=world.bob)
    photo = make_photo(post=ours)
    for kind, number in (
        ("post", ours.id),
        ("comment", comment.id),
        ("photo", photo.id),
        ("user", world.sam.id),
        ("post", 10**15),
    ):
        with pytest.raises(TargetNotFound):
            report(world.charlie, Target(TargetKind(kind), number))


def test_nobody_reports_what_is_hers(world: World, ours: Post) -> None:
    for target in (post_target(ours), Target(TargetKind.USER, world.alice.id)):
        with pytest.raises(actions.YourOwn):
            report(world.alice, target)


def test_saying_it_again_replaces_it_and_costs_nothing(world: World, ours: Post) -> None:
    first = report(world.bob, post_target(ours))
    again = report(world.bob, post_target(ours), Category.OTHER)
    assert (again.case_id, again.report_id, again.is_new) == (first.case_id, first.report_id, False)
    assert session.scalar(select(Report.category)) is Category.OTHER
    for number in range(19):
        report(world.bob, post_target(make_post(text=str(number))))
    with pytest.raises(QuotaExceeded):
        report(world.bob, post_target(make_post()))
    report(world.bob, post_target(ours), Category.SPAM)  # still free
    assert session.scalar(select(func.count()).select_from(Report)) == 20


@pytest.mark.parametrize("category", [Category.HARASSMENT, Category.INTIMATE])
def test_a_safety_report_hides_at_once_and_goes_to_the_staff(world: World, ours: Post, category: Category) -> None:
    made = report(world.bob, post_target(ours), category)
    assert made.held
    assert fresh(ours).state is PostState.HELD
    assert case_of(made.case_id).scope is CaseScope.SITE


def test_where_a_case_goes_and_why(world: World, mina: User, ours: Post) -> None:
    personal, hers = make_post(author=world.alice), make_post(author=mina, organization=world.northbridge)
    everywhere = make_post(author=world.alice, organization=world.studio)  # nobody moderates it
    expected = {
        report(world.bob, post_target(ours)).case_id: (CaseScope.ORG, "its moderators"),
        report(world.bob, post_target(personal)).case_id: (CaseScope.SITE, "a personal post"),
        report(world.bob, post_target(hers)).case_id: (CaseScope.SITE, "Its author moderates Northbridge University"),
        report(world.bob, post_target(everywhere)).case_id: (CaseScope.SITE, "has no moderators"),
        report(world.bob, Target(TargetKind.USER, world.alice.id)).case_id: (CaseScope.SITE, "a person"),
        report(world.bob, Target(TargetKind.ORGANIZATION, world.studio.id)).case_id: (CaseScope.SITE, "an organization"),
    }
    for case_id, (scope, because) in expected.items():
        assert case_of(case_id).scope is scope
        assert because in case_of(case_id).routed_because


def test_nobody_handles_a_case_about_herself_or_her_own_report(world: World, mina: User, ours: Post) -> None:
    case_id = report(mina, post_target(ours)).case_id
    about_root = report(world.bob, Target(TargetKind.USER, world.root.id)).case_id
    with transaction():
        make_member(user=world.root, organization=world.studio, role="owner")
    about_studio = report(world.bob, Target(TargetKind.ORGANIZATION, world.studio.id)).case_id
    assert case_for(viewer_of(world.dana), case_id).id == case_id
    for who, number in ((mina, case_id), (world.root, about_root), (world.root, about_studio)):
        with pytest.raises(CaseNotFound):
            case_for(viewer_of(who), number)
        with pytest.raises(CaseNotFound):
            decide(who, number, Action.NO_ACTION)
    assert queue(viewer_of(mina), Tab.UNCLAIMED, now=now()).items == ()


def test_an_organization_sees_nothing_of_anothers_and_a_lost_role_is_lost_at_once(world: World, mina: User, ours: Post) -> None:
    with transaction():
        other = make_user(handle="other")
        make_member(user=other, organization=world.studio, role="owner")
    case_id = report(world.bob, post_target(ours)).case_id
    with pytest.raises(CaseNotFound):
        case_for(viewer_of(other), case_id)
    assert all(queue(viewer_of(other), tab, now=now()).items == () for tab in Tab)
    assert set(tab_counts(viewer_of(other), now=now()).values()) == {0}
    actions.claim(viewer=viewer_of(mina), case_id=case_id, now=now())
    remove_member(organization_id=world.northbridge.id, user_id=mina.id)
    with pytest.raises(NoSeat):
        actions.add_note(viewer=viewer_of(mina), case_id=case_id, text="Still here", now=now())


def test_a_post_that_moved_away_and_an_author_who_moderates_now_are_not_for_the_organization(
    world: World, mina: User, ours: Post
) -> None:
    case_id = report(world.bob, post_target(ours)).case_id
    edit(viewer=viewer_of(world.alice), post_id=ours.id, draft=post_draft(text="For myself", audience="only_me"), now=now())
    with pytest.raises(CaseNotFound):
        case_for(viewer_of(mina), case_id)
    assert queue(viewer_of(mina), Tab.UNCLAIMED, now=now()).items == ()
    assert case_for(viewer_of(world.root), case_id).id == case_id

    other = make_post(author=world.alice, organization=world.northbridge)
    about_alice = report(world.bob, post_target(other)).case_id
    assert case_for(viewer_of(mina), about_alice).id == about_alice
    add_member(organization_id=world.northbridge.id, user_id=world.alice.id, role=Role.ADMIN, now=now())
    with pytest.raises(CaseNotFound):
        decide(mina, about_alice, Action.REMOVE_MEMBER)
    assert case_for(viewer_of(world.root), about_alice).id == about_alice


def test_what_was_found_in_order_is_not_hidden_again_by_the_same_reports(
    world: World, mina: User, readers: list[User], ours: Post
) -> None:
    case_id = report(world.bob, post_target(ours), Category.HARASSMENT).case_id
    decide(world.root, case_id, Action.NO_ACTION)
    assert fresh(ours).state is PostState.PUBLISHED
    assert not report(world.bob, post_target(ours), Category.HARASSMENT).held
    assert not report(readers[0], post_target(ours), Category.HARASSMENT).held
    assert not report(readers[1], post_target(ours), Category.SPAM).held
    assert report(readers[2], post_target(ours), Category.SPAM).held  # three who had not reported it before
    assert case_of(case_id).state == "decided"
    assert session.scalar(select(func.count()).select_from(Case)) == 2


def test_the_queue_goes_page_by_page_and_counts_its_tabs(world: World, mina: User) -> None:
    viewer, cases = viewer_of(mina), set()
    for number in range(5):
        post = make_post(author=world.alice, organization=world.northbridge, text=f"Number {number}")
        cases.add(report(world.bob, post_target(post)).case_id)
    first = queue(viewer, Tab.UNCLAIMED, limit=3, now=now())
    second = queue(viewer, Tab.UNCLAIMED, after=first.next_key, limit=3, now=now())
    assert (len(first.items), len(second.items), second.next_key) == (3, 2, None)
    assert {line.id for line in (*first.items, *second.items)} == cases
    assert tab_counts(viewer, now=now())[Tab.UNCLAIMED] == 5
    assert queue(viewer, Tab.UNCLAIMED, Filters(category=Category.HATE), now=now()).items == ()
    assert queue(viewer, Tab.UNCLAIMED, Filters(older_than=timedelta(hours=1)), now=now()).items == ()
    for case_id in cases:
        decide(mina, case_id, Action.NO_ACTION)
    closed = queue(viewer, Tab.CLOSED, limit=4, now=now())
    assert len(queue(viewer, Tab.CLOSED, after=closed.next_key, limit=4, now=now()).items) == 1


def test_the_queue_costs_the_same_for_one_case_and_for_many(
    world: World, mina: User, count_queries: Callable[..., object]
) -> None:
    viewer = viewer_of(mina)
    for number in range(6):
        post = make_post(author=world.alice, organization=world.northbridge, text=f"Number {number}")
        report(world.bob, post_target(post))
    with count_queries() as statements:  # type: ignore[attr-defined]  # a context manager
        queue(viewer, Tab.UNCLAIMED, now=now())
        tab_counts(viewer, now=now())
    assert len(statements) == 4


def test_photos_of_a_snapshot_outlive_their_post_until_the_case_is_over(
    world: World, mina: User, ours: Post, drain: Callable[[], int]
) -> None:
    with transaction():
        photo = make_photo(post=ours, position=1, token=keep_upload(b"photo"))
    key, token = incoming_key(photo.token), photo.token
    case_id = report(world.bob, post_target(ours)).case_id
    delete(viewer=viewer_of(world.alice), post_id=ours.id, now=now())
    drain()
    assert session.scalar(select(Photo.id)) is None
    assert key in set(storage().keys("incoming/"))
    assert kept_file(viewer_of(mina), case_id, token)[1:] == (1600, 1200)
    assert session.scalar(select(Snapshot.text)) == "Buy now"
    with pytest.raises(NoSeat):
        kept_file(viewer_of(world.bob), case_id, token)
    decide(mina, case_id, Action.WARN)
    actions.undo(viewer=viewer_of(mina), case_id=case_id, now=now())
    decide(mina, case_id, Action.NO_ACTION)
    actions.end_due(now=now() + timedelta(days=31))
    drain()
    assert key not in set(storage().keys("incoming/"))
