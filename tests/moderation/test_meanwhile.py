"""What others changed after a decision stays when it is taken back; what is gone before it is refused with words."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select, update

from campus.accounts.actions import people
from campus.interactions.models import Comment
from campus.moderation import actions, fitting
from campus.moderation.actions.telling import sent
from campus.moderation.fitting import DoesNotFit
from campus.moderation.kinds import Action, CaseState, Measure, Target, TargetKind
from campus.moderation.queries.letters import letter_page
from campus.moderation.seats import seat_of
from campus.organizations.actions import add_member, join, remove_member
from campus.organizations.models import OrganizationMembership, Role
from campus.organizations.queries import membership
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.posts import actions as posts
from campus.posts.models import Audience, Photo, PhotoState, Post, PostState
from tests.factories import make_comment, make_photo, make_post
from tests.moderation.court import case_of, decide, draft, fresh, post_target, report, world_now
from tests.posts.making import draft as post_draft
from tests.posts.making import viewer_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from tests.personas import World


class Scene:
    """A post of alice's in her university, with two photos and her comment, about which there are cases."""

    def __init__(self, world: World, reporter: User) -> None:
        self.world, self.alice, self.reporter = world, viewer_of(world.alice), reporter
        with transaction():
            self.post = make_post(author=world.alice, organization=world.northbridge, text="Buy now")
            self.photos = [make_photo(post=self.post, position=place) for place in (1, 2)]
            self.comment = make_comment(post=self.post, author=world.alice)

    def delete(self) -> None:
        posts.delete(viewer=self.alice, post_id=self.post.id, now=now())

    def take_to_herself(self) -> None:
        alone = post_draft(text="Buy now", organization_id=self.world.northbridge.id, audience=Audience.ONLY_ME)
        posts.edit(viewer=self.alice, post_id=self.post.id, draft=alone, now=now())

    def drop_photo(self) -> None:
        with transaction():
            session.execute(delete(Photo).where(Photo.id == self.photos[1].id))

    def delete_comment(self) -> None:
        """As when she is forgotten: a hidden one she does not find."""
        with transaction():
            session.execute(update(Comment).where(Comment.id == self.comment.id).values(deleted_at=now(), text=""))

    def reinstated(self) -> None:
        people.reinstate(self.alice.id)

    def suspended_anew(self) -> None:
        people.reinstate(self.alice.id)
        people.suspend(self.alice.id, reason="For something else.", now=now() + timedelta(minutes=1))

    def let_in(self) -> None:
        add_member(organization_id=self.world.northbridge.id, user_id=self.alice.id, role=Role.MODERATOR, now=now())

    def removed(self) -> None:
        remove_member(organization_id=self.world.northbridge.id, user_id=self.alice.id)

    def removed_anew(self) -> None:
        self.let_in()
        self.removed()

    def asking_after_another_removal(self) -> None:
        self.removed_anew()
        self.asking()

    def rejected(self) -> None:
        self.asking()
        with transaction():
            row = membership(self.world.northbridge.id, self.alice.id)
            assert row
            row.status = "rejected"  # type: ignore[assignment]  # as managers say no

    def asking(self) -> None:
        join(viewer_id=self.alice.id, organization_id=self.world.northbridge.id, now=now())

    def paused_for_longer(self) -> None:
        decide(None, self.case(Target(TargetKind.USER, self.alice.id)), Measure(Action.PAUSE, days=7))

    def paused_here_for_longer(self) -> None:
        decide(None, self.case(self.target(TargetKind.COMMENT)), Measure(Action.PAUSE_HERE, days=7))

    def case(self, target: Target) -> int:
        return report(self.reporter, target).case_id

    def target(self, kind: TargetKind) -> Target:
        here = {TargetKind.POST: self.post.id, TargetKind.COMMENT: self.comment.id, TargetKind.PHOTO: self.photos[1].id}
        return Target(kind, here[kind])


@pytest.fixture
def scene(world: World, readers: list[User]) -> Scene:
    return Scene(world, readers[0])


POST, COMMENT, PHOTO = TargetKind.POST, TargetKind.COMMENT, TargetKind.PHOTO
MEANWHILE: list[tuple[TargetKind, Action | Measure, Callable[[Scene], None]]] = [
    (POST, Action.HIDE, Scene.delete),
    (POST, Action.DELETE, Scene.delete),
    (POST, Action.NARROW, Scene.take_to_herself),
    (POST, Action.NARROW, Scene.delete),
    (POST, Action.LOCK_COMMENTS, Scene.delete),
    (PHOTO, Action.REMOVE_PHOTO, Scene.drop_photo),
    (PHOTO, Action.REMOVE_PHOTO, Scene.delete),
    (COMMENT, Action.HIDE, Scene.delete_comment),
    (COMMENT, Action.DELETE, Scene.delete_comment),
    (POST, Measure(Action.PAUSE, days=1), Scene.paused_for_longer),
    (POST, Measure(Action.PAUSE_HERE, days=1), Scene.paused_here_for_longer),
    (POST, Measure(Action.SUSPEND, days=3), Scene.reinstated),
    (POST, Action.SUSPEND, Scene.suspended_anew),
    (POST, Action.REMOVE_MEMBER, Scene.let_in),
    (POST, Action.REMOVE_MEMBER, Scene.removed_anew),
    (POST, Action.REMOVE_MEMBER, Scene.asking_after_another_removal),
    (POST, Action.REMOVE_MEMBER, Scene.rejected),
]


@pytest.mark.parametrize(
    ("kind", "measure", "meanwhile"),
    MEANWHILE,
    ids=[f"{each[1] if isinstance(each[1], Action) else each[1].action}-{each[2].__name__}" for each in MEANWHILE],
)
@pytest.mark.parametrize("back", ["undone", "overturned"])
def test_what_others_changed_meanwhile_stays(
    scene: Scene, kind: TargetKind, measure: Action | Measure, meanwhile: Callable[[Scene], None], back: str
) -> None:
    case_id = scene.case(scene.target(kind))
    decision = decide(scene.world.root, case_id, measure)
    meanwhile(scene)
    changed = world_now() | {"narrowed": None}
    if back == "overturned":
        actions.appeal(letter=decision.letter, text="No.", now=now())
        actions.decide_appeal(viewer=None, case_id=case_id, overturn=True, reason="Yes.", now=now())
    else:
        actions.undo(viewer=None, case_id=case_id, now=now())
    found = world_now() | {"narrowed": None}
    for each in (changed, found):  # that she cannot widen it ends with the measure, whatever she did
        each["posts"] = [(row[:3], row[4:]) for row in each["posts"]]  # type: ignore[attr-defined]  # rows
    assert found == changed
    assert not fresh(scene.post).narrowed or fresh(scene.post).state is PostState.DELETED


@pytest.mark.usefixtures("mina")
def test_who_asks_to_come_back_meanwhile_is_what_she_was_once_her_removal_is_overturned(scene: Scene) -> None:
    before = world_now()
    case_id = scene.case(post_target(scene.post))
    decide(scene.world.root, case_id, Action.REMOVE_MEMBER)
    scene.asking()
    actions.undo(viewer=None, case_id=case_id, now=now())
    assert world_now() == before


def test_of_two_removals_each_brings_back_what_it_took(scene: Scene) -> None:
    first, second = scene.case(post_target(scene.post)), scene.case(scene.target(COMMENT))
    decide(scene.world.root, first, Action.REMOVE_MEMBER)
    scene.let_in()
    between = world_now()["members"]
    decide(scene.world.root, second, Action.REMOVE_MEMBER)
    [kept] = actions.undo(viewer=None, case_id=first, now=now())
    assert "stays as it is" in kept.outcome
    actions.undo(viewer=None, case_id=second, now=now())
    assert world_now()["members"] == between


def test_a_post_that_two_cases_narrowed_can_be_widened_when_both_are_taken_back(scene: Scene) -> None:
    first, second = scene.case(post_target(scene.post)), scene.case(scene.target(PHOTO))
    decide(scene.world.root, first, Action.NARROW)
    scene.take_to_herself()
    decide(scene.world.root, second, Action.NARROW)
    for case_id in (first, second):
        actions.undo(viewer=None, case_id=case_id, now=now())
    assert (fresh(scene.post).audience, fresh(scene.post).narrowed) == (Audience.ONLY_ME, False)


ON_THE_THING = {
    POST: (Action.HIDE, Action.NARROW, Action.LOCK_COMMENTS, Action.DELETE, Action.REMOVE_PHOTO),
    PHOTO: (Action.HIDE, Action.REMOVE_PHOTO, Action.NARROW, Action.DELETE),
    COMMENT: (Action.HIDE, Action.DELETE, Action.LOCK_COMMENTS),
}


@pytest.mark.parametrize("kind", list(ON_THE_THING))
@pytest.mark.parametrize("end", ["deleted", "erased"])
def test_what_is_gone_is_said_to_be_gone(scene: Scene, kind: TargetKind, end: str) -> None:
    case_id, staff = scene.case(scene.target(kind)), viewer_of(scene.world.root)
    scene.delete_comment()
    scene.delete()
    if end == "erased":
        with transaction():
            session.execute(delete(Post).where(Post.id == scene.post.id))
    assert set(ON_THE_THING[kind]).isdisjoint(fitting.actions_for(seat_of(staff), case_of(case_id)))
    for action in ON_THE_THING[kind]:
        for verb in (actions.decide, actions.consequences, actions.letters):
            clock = {} if verb is actions.consequences else {"now": now()}
            with pytest.raises(DoesNotFit, match="is gone"):
                verb(viewer=staff, case_id=case_id, draft=draft(action), **clock)
    told = actions.letters(viewer=staff, case_id=case_id, draft=draft(Action.NO_ACTION), now=now())
    assert told.author is None
    decide(scene.world.root, case_id, Action.NO_ACTION)
    assert case_of(case_id).state is CaseState.DECIDED


def test_a_photo_is_taken_out_wherever_its_author_has_put_it(scene: Scene, mina: User) -> None:
    case_id, wanted = scene.case(post_target(scene.post)), scene.photos[0]
    measure = Measure(Action.REMOVE_PHOTO, photos=(wanted.id,))
    with transaction():
        for photo in session.scalars(select(Photo).where(Photo.post_id == scene.post.id)):
            photo.position = 3 - photo.position
    decision = decide(mina, case_id, measure)
    states = {photo.id: photo.state for photo in session.scalars(select(Photo).execution_options(populate_existing=True))}
    assert states == {wanted.id: PhotoState.HIDDEN, scene.photos[1].id: PhotoState.READY}
    assert "Photo 2 is no longer shown." in sent(letter_page(decision.letter, now=now())).text
    with pytest.raises(DoesNotFit):
        actions.consequences(viewer=None, case_id=case_id, draft=draft(Measure(Action.REMOVE_PHOTO, photos=(wanted.id, 2**40))))


def test_an_ended_membership_says_when_it_ended(scene: Scene) -> None:
    ended = select(OrganizationMembership.ended_at).where(OrganizationMembership.user_id == scene.alice.id)
    assert session.scalar(ended) is None
    scene.removed()
    first = session.scalar(ended)
    assert first is not None
    scene.asking()
    assert session.scalar(ended) == first
