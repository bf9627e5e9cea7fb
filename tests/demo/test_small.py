"""Everything that the small demo promises is really there."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from sqlalchemy import func, select

from campus.accounts import passwords
from campus.accounts.models import EmailAddress, User
from campus.demo.cast import PASSWORD, PERSONAS
from campus.demo.houses import HALIDE, NORTHBRIDGE, OLD_MILL, ORGANIZATIONS, TIDEWATER, WESTMERE
from campus.demo.loading import Size, load
from campus.demo.pictures import CAMERA, POSITION, upload
from campus.demo.removal import remove
from campus.demo.scenes.catalogue import SHOTS, Saved, Shape
from campus.demo.signins import sign_ins
from campus.demo.story import DRAWN
from campus.demo.town import BUSY, CELEBRITY, PERSON
from campus.feed.models import FeedEntry
from campus.follows.models import Block, Follow, FollowStatus, Mute
from campus.interactions.models import Comment, Like, Share
from campus.notifications import queries as notifications
from campus.notifications.models import Kind
from campus.organizations import invitations
from campus.organizations.models import (
    MemberKind,
    MembershipStatus,
    Organization,
    OrganizationKind,
    OrganizationMembership,
    Role,
)
from campus.organizations.queries import active
from campus.platform import clock, settings
from campus.platform.db import session
from campus.platform.limits import usage
from campus.posts.models import Audience, Photo, Post, PostState
from campus.posts.visibility import visible_to
from campus.quotas import POSTS
from tests.signing_in import put_session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from flask import Flask

    from campus.media.variants import Processed

GPS = 0x8825  # the directory of the position in Exif
APART = ("xmp", "icc_profile", "photoshop", "comment")


@pytest.fixture(scope="module", autouse=True)
def db_clean(app: Flask, pictures: dict[int, Processed], tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """In place of the fixture that empties the tables after each test: here all tests look at one demo, and change nothing."""
    own = dataclasses.replace(settings.current(), media_url=str(tmp_path_factory.mktemp("media")))
    with app.app_context(), settings.override(own):
        load(size=Size.SMALL, seed=7, now=clock.now(), pictures=pictures)
        yield
        remove()


@pytest.fixture
def now() -> datetime:
    return clock.now()


@pytest.fixture
def media() -> Path:
    return Path(settings.current().media_url)


def count(*conditions: object) -> int:
    return session.scalar(select(func.count()).where(*conditions)) or 0  # type: ignore[arg-type]  # conditions of one table


def test_two_universities_with_departments_and_a_photography_studio_among_the_companies() -> None:
    assert count(Organization.kind == OrganizationKind.UNIVERSITY) == 2
    assert count(Organization.kind == OrganizationKind.COMPANY) == 3
    assert all(len(it.departments) == 5 for it in ORGANIZATIONS if it.kind is OrganizationKind.UNIVERSITY)
    assert "photography studio" in ORGANIZATIONS[HALIDE - 1].about


def test_every_role_kind_and_standing_has_somebody() -> None:
    for role in Role:
        assert count(OrganizationMembership.role == role), role
    for kind in MemberKind:
        assert count(OrganizationMembership.kind == kind), kind
    for status in MembershipStatus:
        assert count(OrganizationMembership.status == status), status
    assert count(OrganizationMembership.until < func.now())


def test_every_audience_and_owner_has_posts_of_this_month(now: datetime) -> None:
    recent = Post.published_at > now - timedelta(days=30)
    for audience in Audience:
        assert count(Post.audience == audience, recent) >= 3, audience
    for organization, _ in enumerate(ORGANIZATIONS, start=1):
        posts = count(Post.organization_id == organization, recent)
        assert (posts == 0) if organization == OLD_MILL else (posts >= 10)
    assert count(Post.official, recent)
    assert count(Post.department_id.is_not(None), recent)
    assert count(Post.state == PostState.WITHDRAWN) == 1
    assert count(Post.state == PostState.HELD) == 1


def test_the_celebrity_is_one() -> None:
    followers = count(Follow.user_id == CELEBRITY, Follow.status == FollowStatus.ACCEPTED)
    assert followers > settings.current().feed.celebrity_threshold
    assert count(Post.author_id == CELEBRITY, Post.audience == Audience.PUBLIC) >= 5


def test_the_crowd_cannot_sign_in() -> None:
    without = select(User.id).where(User.password_hash.is_(None))
    assert count(User.id.in_(without)) > 1000
    assert not count(EmailAddress.user_id.in_(without))


def test_one_person_has_one_post_left_today(now: datetime) -> None:
    mine = usage(POSTS, BUSY, now=now)
    assert (mine.used, mine.left, mine.warn) == (19, 1, True)
    assert count(Post.author_id == BUSY, Post.published_at >= POSTS.period.start(now)) == 19


def test_the_blocked_the_muted_the_waiting_and_the_suspended() -> None:
    assert count(Block.blocker_id == PERSON["Ravi Menon"], Block.blocked_id == PERSON["Hanna Weiss"]) == 1
    assert count(Mute.muter_id == PERSON["Emil Sorensen"]) == 2
    assert count(Follow.status == FollowStatus.REQUESTED, Follow.user_id == PERSON["Luca Ferrante"]) == 1
    assert count(User.locked, User.id == PERSON["Luca Ferrante"]) == 1
    assert count(User.suspended_at.is_not(None), User.id == PERSON["Victor Amsel"]) == 1
    assert count(User.is_admin) == 1


@pytest.mark.parametrize("name", ["Oskar Lindholm", "Petra Novak"])
def test_empty_feeds_follow_nobody(name: str) -> None:
    assert not count(Follow.follower_id == PERSON[name])
    assert count(OrganizationMembership.user_id == PERSON[name], active()) == (name == "Petra Novak")


def test_the_quiet_month_is_one(app: Flask) -> None:
    petra = session.scalars(select(User).where(User.name == "Petra Novak")).one()
    browser = app.test_client()
    put_session(browser, petra)
    page = browser.get("/").text
    assert "A quiet month" in page
    assert "Older posts of Old Mill" in page
    assert "<article" not in page


def test_the_ended_membership_shows_nothing_private() -> None:
    samuel = PERSON["Samuel Otieno"]
    private = select(Post.id).where(Post.organization_id == 1, Post.audience == Audience.ORGANIZATION)
    assert count(Post.id.in_(private), Post.state == PostState.PUBLISHED)
    assert not count(Post.id.in_(private), visible_to(samuel), Post.author_id != samuel)


def test_counters_equal_their_rows() -> None:
    for counter, row in ((Post.like_count, Like), (Post.comment_count, Comment), (Post.share_count, Share)):
        counted = select(func.count()).where(row.post_id == Post.id).correlate(Post).scalar_subquery()
        assert not count(Post.id > 0, counter != counted), row
        assert count(Post.id > 0, counter > 0)


def test_only_who_may_see_a_post_likes_it() -> None:
    seen = select(Post.id).where(Post.id == Like.post_id, visible_to(Like.__table__.c.user_id)).correlate(Like).exists()
    assert not count(Like.post_id > 0, ~seen)


def test_photos_of_every_shape_with_alternative_text_and_files(media: Path) -> None:
    photos = session.scalars(select(Photo)).all()
    shapes = {1 if photo.width > 1.1 * photo.height else -1 if photo.height > 1.1 * photo.width else 0 for photo in photos}
    assert shapes == {1, 0, -1}
    assert any(photo.width > 2 * photo.height for photo in photos)
    assert all(len(photo.alt) > 30 and photo.thumbhash for photo in photos)
    files = {file.name for file in media.rglob("photos/*/*")}
    assert all({f"{photo.token.hex}.{width}.webp" for width in photo.widths} <= files for photo in photos)


def told(data: bytes) -> set[str]:
    """What a file says besides its pixels. Bytes are not searched: compressed ones hold every short word by chance."""
    with Image.open(BytesIO(data)) as image:
        exif = image.getexif()
        found = {"exif": dict(exif), "position": exif.get_ifd(GPS), **{name: image.info.get(name) for name in APART}}
    return {name for name, value in found.items() if value}


def test_uploads_have_a_position_and_what_is_served_has_none(media: Path) -> None:
    shot = next(shot for shot in SHOTS if shot.saved is Saved.CAMERA)
    exif = Image.open(BytesIO(upload(7, shot))).getexif()
    assert exif.get_ifd(GPS)[2] == POSITION[0]
    assert told(upload(7, shot)) >= {"exif", "position"}
    served = [file.read_bytes() for file in media.rglob("photos/*/*")]
    assert served
    assert {name for data in served for name in told(data)} == set()
    assert not any(CAMERA.encode() in data for data in served)
    planted = BytesIO()
    Image.open(BytesIO(served[0])).save(planted, "WEBP", exif=exif, xmp=b"<x:xmpmeta/>")  # had it stayed, it would be found
    assert told(planted.getvalue()) == {"exif", "position", "xmp"}


def test_a_photo_stored_sideways_is_upright(pictures: dict[int, Processed]) -> None:
    sideways = [shot for shot in SHOTS[:DRAWN] if shot.saved is Saved.SIDEWAYS and shot.shape is not Shape.SQUARE]
    assert sideways
    assert all((pictures[shot.number].width, pictures[shot.number].height) == shot.size for shot in sideways)


def test_deleting_one_photo_takes_nothing_from_another(media: Path) -> None:
    shared = [file for file in media.rglob("photos/*/*") if file.stat().st_nlink > 1]
    inode = shared[0].stat().st_ino
    twins = [file for file in shared if file.stat().st_ino == inode]
    twins[0].unlink()
    assert all(twin.read_bytes() for twin in twins[1:])


def test_an_invitation_by_link_and_one_by_mail_are_open_where_somebody_runs_an_organization(now: datetime) -> None:
    for organization in (NORTHBRIDGE, WESTMERE, HALIDE, TIDEWATER):
        shown, _ = invitations.listing(organization, now=now)
        assert sorted(each.address is None for each in shown) == [False, True], organization
        assert all(each.works for each in shown)


def test_feeds_are_built() -> None:
    assert count(FeedEntry.user_id == PERSON["Mira Halvorsen"]) > 20


def test_every_persona_can_be_signed_in_as() -> None:
    shown = sign_ins()
    assert [person.address for person in shown] == [persona.address for persona in PERSONAS]
    assert all(person.shows for person in shown)
    kept = session.scalar(select(User.password_hash).where(User.id == 1))
    assert passwords.matches(kept, PASSWORD)


def test_most_find_something_they_were_told(app: Flask) -> None:
    people = session.scalars(select(User).where(User.id <= len(PERSONAS), User.suspended_at.is_(None))).all()
    told = {person.name: notifications.page(person.id)[0] for person in people}
    assert sum(1 for lines in told.values() if lines) >= len(PERSONAS) / 2
    assert {line.kind for lines in told.values() for line in lines} >= {Kind.LIKE, Kind.COMMENT, Kind.FOLLOW}
    assert any(line.unread for lines in told.values() for line in lines)
    assert any(not line.unread for lines in told.values() for line in lines)
