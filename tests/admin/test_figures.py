"""Figures of days: counted from the rows once, kept, drawn; and the pages that show them."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from campus.admin import charts, figures, storage, system
from campus.admin.models import DailyFigure
from campus.media.variants import Format, portrait_key, variant_key
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.platform.discretion import HIDDEN, without_secrets
from campus.platform.outbox import Job, JobState
from campus.platform.settings import Settings, current, override
from campus.posts.files import storage as opened
from campus.posts.models import KeptPhoto
from tests.factories import make_comment, make_like, make_post

if TYPE_CHECKING:
    from tests.personas import World


def values(name: str, days: int = 7) -> list[int | None]:
    return next(list(each.values) for each in figures.series(days, now=now()) if each.figure.name == name)


def test_days_are_counted_once_and_today_anew(world: World) -> None:
    long_ago = now() - timedelta(days=3)
    make_like(post=make_post(author=world.alice, published_at=long_ago), user=world.bob)
    figures.note(now=now())
    assert values("posts")[-4:] == [1, 0, 0, 0]
    kept = session.scalar(select(func.count()).select_from(DailyFigure))
    figures.note(now=now())
    assert session.scalar(select(func.count()).select_from(DailyFigure)) == kept
    make_comment(post=make_post(author=world.alice), author=world.bob)
    assert values("posts", 30)[-1] == 1
    assert values("interactions", 30)[-1] == 2
    assert values("active_people", 30)[-1] == 2


def test_what_nobody_counted_is_a_gap_and_no_nought(world: World) -> None:
    assert values("storage") == [None] * 7
    assert values("posts") == [None] * 7
    make_post(author=world.alice)
    figures.note(now=now())
    assert values("posts", 30) == [None] * 29 + [1]


def test_a_drawing_stays_inside_its_frame(world: World) -> None:
    for height in (0, 1, 7, 19, 20, 21, 99_999):
        assert height <= charts.rounded(height) <= max(1, 2.5 * height)
    make_post(author=world.alice)
    for series in figures.series(90, now=now()):
        for bar in charts.draw(series).bars:
            assert 0 <= bar.x <= bar.x + bar.width <= charts.WIDTH
            assert 0 <= bar.y <= bar.y + bar.height <= charts.HEIGHT


def test_storage_is_measured_by_kind_and_orphans_are_found(world: World, client_as: Any) -> None:
    opened().write("photos/aa/0123456789abcdef0123456789abcdaa.320.webp", b"x" * 70)
    opened().write("photos/aa/0123456789abcdef0123456789abcdaa.1440.jpg", b"x" * 30)
    try:
        assert storage.measure(now=now()) == {"files": 2, "bytes": 100, "orphans": 1}
        assert (storage.last().bytes, storage.last().orphans) == (100, 1)
        assert "Photos in WebP" in client_as(world.root).get("/admin/storage").text
    finally:
        for key in opened().keys("photos/aa/"):
            opened().delete(key)


def test_pictures_of_people_logos_and_what_is_kept_are_no_orphans(world: World, client_as: Any) -> None:
    face, logo, kept = (uuid.uuid4() for _ in range(3))
    keys = [portrait_key(face, 64), portrait_key(logo, 64), variant_key(kept, 320, Format.WEBP)]
    with transaction():
        session.merge(world.alice).avatar_token = face
        session.merge(world.northbridge).logo_token = logo
        session.add(KeptPhoto(token=kept, kept_for="case:1"))
    for key in keys:
        opened().write(key, b"x" * 10)
    try:
        assert storage.measure(now=now()) == {"files": 3, "bytes": 30, "orphans": 0}
        assert [(room.kind, room.files) for room in storage.last().rooms] == [("webp", 1), ("portraits", 2)]
    finally:
        for key in keys:
            opened().delete(key)


def test_secrets_are_shown_to_nobody(world: World, client_as: Any) -> None:
    page = client_as(world.root).get("/admin/settings").text
    assert "SECRET_KEY" in page
    assert "a-secret-for-tests" not in page


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://me:hunter2@db/x", "postgresql://me:•@db/x"),
        ("postgresql://me@db/x?password=hunter2&sslmode=require", "postgresql://me@db/x?password=•&sslmode=require"),
        ("postgresql://db/x?user=me&p%61ssword=hunter2", "postgresql://db/x?user=me&p%61ssword=•"),
        ("postgresql://me:hunter2@h1:5432,h2:5432/x", "postgresql://me:•@h1:5432,h2:5432/x"),
        ("postgresql://me:hun@ter/2@db/x?sslpassword=hunter2", "postgresql://me:•@db/x?sslpassword=•"),
        ("redis://:hunter2@h:6379/0", "redis://:•@h:6379/0"),
        ("redis://h:6379/0?PASSWORD=hunter2", "redis://h:6379/0?PASSWORD=•"),
        ("smtp://relay:587?from=no-reply@x.example", "smtp://relay:587?from=no-reply@x.example"),
        ("s3://bucket/prefix", "s3://bucket/prefix"),
        ("connection to host=db password=hunter2 failed", "connection to host=db password=• failed"),
    ],
)
def test_passwords_are_hidden_in_whatever_form_an_address_has_them(url: str, told: str) -> None:
    assert without_secrets(url) == told.replace("•", HIDDEN)


def test_no_address_among_the_settings_shows_its_password(world: World, client_as: Any) -> None:
    secret = "hunter2-hunter2"
    urls = {name: f"x://me:{secret}@h/p?password={secret}" for name in vars(current()) if name.endswith("_url")}
    with override(Settings(**{**vars(current()), **urls})):
        told = [each.value for _, section in system.effective() for each in section]
    assert sum(HIDDEN in each for each in told) > len(urls)
    assert secret not in "".join(told)


def test_dead_jobs_are_tried_again_or_discarded_after_a_question(world: World, client_as: Any) -> None:
    with transaction():
        for key in ("1", "2"):
            session.add(Job(kind="erase_photo", key=key, payload={"token": key}, state=JobState.DEAD, last_error="Boom <b>"))
    first, second = session.scalars(select(Job.id).order_by(Job.id)).all()
    browser = client_as(world.root)
    assert "Boom &lt;b&gt;" in browser.get("/admin/jobs").text
    assert "never be done" in browser.get(f"/admin/jobs/{first}/discard").text
    browser.post(f"/admin/jobs/{first}/discard")
    browser.post(f"/admin/jobs/{second}/retry")
    session.expire_all()
    assert [(job.id, job.state) for job in session.scalars(select(Job))] == [(second, JobState.RUNNING)]
    assert browser.post(f"/admin/jobs/{first}/discard").status_code == 404
