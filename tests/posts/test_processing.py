"""Photos become files and posts are released, whatever dies in between; deleted posts leave no byte."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from campus.media.headers import Kind
from campus.media.process import ProcessingDied, process
from campus.media.variants import incoming_key, variant_prefix
from campus.platform import outbox
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.platform.outbox import Job, JobState
from campus.posts import actions, files, processing
from campus.posts.models import Photo, PhotoState, Post, PostEdit, PostState
from campus.posts.queries import card, cards, reachable_card
from tests.media.corpus import CANARY, carrying_secrets, photo
from tests.posts.making import draft, jobs, published, upload, viewer_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from campus.accounts.models import User
    from campus.media.variants import Processed
    from campus.platform.settings import MediaSettings


def _state(post: Post) -> PostState:
    session.refresh(post)
    return post.state


def _photos(post: Post) -> list[Photo]:
    found = select(Photo).where(Photo.post_id == post.id).order_by(Photo.position)
    return list(session.scalars(found, execution_options={"populate_existing": True}))


def _files(token: UUID) -> list[str]:
    return files.storage().keys(variant_prefix(token))


def _expire_leases() -> None:
    with transaction():
        session.execute(
            update(Job).where(Job.state == JobState.RUNNING).values(lease_until=now() - timedelta(1), run_after=now())
        )


def test_a_post_with_photos_waits_for_them_and_then_is_distributed(alice: User, work: Callable[[], int]) -> None:
    post = published(alice, photos=(upload(alt="A hill"), upload(photo(width=1200, height=800))))
    assert (post.state, post.published_at, jobs("distribute_post")) == (PostState.PROCESSING, None, [])
    assert cards(alice.id, [post.id]) == []

    assert work() == 2

    assert _state(post) == PostState.PUBLISHED
    assert jobs("distribute_post") == [str(post.id)]
    [first, second] = card(alice.id, post.id).photos
    assert (first.position, first.alt, first.width, first.height, first.widths) == (1, "A hill", 480, 320, (320, 480))
    assert (second.position, second.widths) == (2, (320, 640, 960, 1200))
    assert all(len(_files(each.token)) == len(each.widths) + 1 for each in _photos(post))


def test_the_upload_is_gone_once_the_files_are_made(alice: User, work: Callable[[], int]) -> None:
    post = published(alice, photos=(upload(),))
    [waiting] = _photos(post)
    assert files.storage().exists(incoming_key(waiting.token))
    work()
    assert not files.storage().exists(incoming_key(waiting.token))


@pytest.mark.parametrize("kind", [Kind.JPEG, Kind.PNG, Kind.WEBP, Kind.HEIC])
def test_no_stored_file_carries_the_metadata_of_the_upload(kind: Kind, alice: User, work: Callable[[], int]) -> None:
    post = published(alice, photos=(upload(carrying_secrets(kind)),))
    work()
    assert _state(post) == PostState.PUBLISHED
    [made] = _photos(post)
    stored = [files.storage().read(key) for key in _files(made.token)]
    assert stored
    assert not [data for data in stored if CANARY in data or b"Exif" in data]


def test_an_unreadable_photo_tells_its_author_and_the_others_are_published(alice: User, work: Callable[[], int]) -> None:
    truncated = photo()[:3000]
    post = published(alice, text="", photos=(upload(), upload(truncated, filename="late.jpg")))
    work()
    assert _state(post) == PostState.PUBLISHED
    assert [each.position for each in card(alice.id, post.id).photos] == [1]
    [_, failed] = reachable_card(alice.id, post.id).photos
    assert failed.state == PhotoState.FAILED
    assert failed.error.startswith("This photo cannot be read. The file is damaged")


def test_a_post_of_failed_photos_alone_stays_with_its_author(alice: User, bob: User, work: Callable[[], int]) -> None:
    post = published(alice, text="", photos=(upload(photo()[:3000]),))
    work()
    assert _state(post) == PostState.PROCESSING
    assert reachable_card(alice.id, post.id).photos[0].state == PhotoState.FAILED
    assert jobs("distribute_post") == []
    assert cards(bob.id, [post.id]) == []


def test_a_failed_photo_does_not_hold_back_the_words(alice: User, work: Callable[[], int]) -> None:
    post = published(alice, text="Words", photos=(upload(photo()[:3000]),))
    work()
    assert _state(post) == PostState.PUBLISHED


def test_a_lost_upload_is_told_and_can_be_retried(alice: User, work: Callable[[], int]) -> None:
    taken = upload()
    post = published(alice, text="", photos=(taken,))
    kept = files.storage().read(incoming_key(taken.token))
    files.forget_upload(taken.token)
    work()
    assert reachable_card(alice.id, post.id).photos[0].error == processing.UPLOAD_LOST

    files.storage().write(incoming_key(taken.token), kept)
    actions.retry_photo(viewer=viewer_of(alice), post_id=post.id, position=1, now=now())
    work()
    assert _state(post) == PostState.PUBLISHED


def test_only_a_failed_photo_can_be_retried(alice: User, work: Callable[[], int]) -> None:
    post = published(alice, photos=(upload(),))
    work()
    with pytest.raises(actions.NotInThatState):
        actions.retry_photo(viewer=viewer_of(alice), post_id=post.id, position=1, now=now())


def test_an_interrupted_photo_is_tried_again_and_given_up_in_the_end(
    alice: User, work: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(_data: bytes, _limits: MediaSettings) -> Processed:
        raise ProcessingDied

    monkeypatch.setattr(processing, "process", die)
    post = published(alice, photos=(upload(),))
    for _ in range(outbox.MAX_ATTEMPTS - 1):
        assert work() == 0
        assert _photos(post)[0].state == PhotoState.PENDING
        _expire_leases()
    assert work() == 1
    [given_up] = _photos(post)
    assert (given_up.state, given_up.error) == (PhotoState.FAILED, processing.GAVE_UP)


def test_a_worker_that_lost_its_lease_settles_nothing(alice: User, work: Callable[[], int]) -> None:
    post = published(alice, photos=(upload(),))
    [slow] = outbox.claim(kind="process_photo")
    _expire_leases()
    assert work() == 1
    before = _photos(post)[0].widths

    assert outbox.run(slow, processing.HANDLERS) is False
    assert _photos(post)[0].widths == before
    assert jobs("distribute_post") == [str(post.id)]


def test_the_slower_of_two_workers_on_one_photo_leaves_no_trace(
    alice: User, work: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    post = published(alice, photos=(upload(),))
    [slow] = outbox.claim(kind="process_photo")
    develop = process

    def overtaken(data: bytes, limits: MediaSettings) -> Processed:
        monkeypatch.setattr(processing, "process", develop)
        _expire_leases()
        assert work() == 1
        return develop(data, limits)

    monkeypatch.setattr(processing, "process", overtaken)
    assert outbox.run(slow, processing.HANDLERS) is False
    assert _state(post) == PostState.PUBLISHED
    assert jobs("distribute_post") == [str(post.id)]


def test_running_a_job_twice_changes_nothing(alice: User, work: Callable[[], int]) -> None:
    post = published(alice, photos=(upload(),))
    work()
    published_at = card(alice.id, post.id).published_at
    with transaction():
        outbox.record("process_photo", _photos(post)[0].id, {"photo_id": _photos(post)[0].id})
    assert work() == 1
    assert card(alice.id, post.id).published_at == published_at


def test_deleting_a_post_erases_its_words_and_every_file(alice: User, work: Callable[[], int]) -> None:
    post = published(alice, title="A title", photos=(upload(), upload()))
    work()
    actions.edit(viewer=viewer_of(alice), post_id=post.id, draft=draft(text="Another text"), now=now())
    tokens = [each.token for each in _photos(post)]

    actions.delete(viewer=viewer_of(alice), post_id=post.id, now=now())
    assert cards(alice.id, [post.id]) == []
    work()

    assert [key for token in tokens for key in _files(token)] == []
    session.refresh(post)
    assert (post.title, post.text, post.location) == ("", "", "")
    assert _photos(post) == []
    assert session.scalars(select(PostEdit).where(PostEdit.post_id == post.id)).all() == []


def test_a_post_deleted_while_a_photo_is_developed_keeps_no_file(
    alice: User, work: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    post = published(alice, photos=(upload(),))
    [waiting] = _photos(post)
    develop = process

    def meanwhile(data: bytes, limits: MediaSettings) -> Processed:
        actions.delete(viewer=viewer_of(alice), post_id=post.id, now=now())
        outbox.drain(processing.HANDLERS, kind="erase_post")
        return develop(data, limits)

    monkeypatch.setattr(processing, "process", meanwhile)
    work()
    assert _files(waiting.token) == []
    assert not files.storage().exists(incoming_key(waiting.token))
    assert jobs("distribute_post") == [str(post.id)]


def test_uploads_of_forms_never_sent_are_swept_and_waiting_ones_stay(alice: User, work: Callable[[], int]) -> None:
    files.sweep_uploads(before=now() + timedelta(seconds=5))
    forgotten = upload()
    post = published(alice, text="", photos=(upload(photo()[:3000]),))
    work()
    assert files.sweep_uploads(before=now() - timedelta(hours=24)) == 0
    assert files.sweep_uploads(before=now() + timedelta(seconds=5)) == 1
    assert not files.storage().exists(incoming_key(forgotten.token))
    assert files.storage().exists(incoming_key(_photos(post)[0].token))
