"""Photos while a post is edited: added, described, put in another order, taken out, with nothing but a form."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from campus.media.process import process
from campus.media.variants import incoming_key, variant_prefix
from campus.organizations.models import Role
from campus.platform import outbox
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.posts import actions, files, processing
from campus.posts.drafts import PhotoDraft
from campus.posts.models import Photo, PhotoState, PostState
from campus.posts.photos import NothingLeftToShow, PhotoUnavailable
from campus.posts.queries import card, reachable_card
from tests.factories import make_member, make_photo, make_post, make_user
from tests.media.corpus import photo
from tests.posts.making import draft, jobs, published, upload, viewer_of
from tests.posts.test_editing import carried, save

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from werkzeug.test import TestResponse

    from campus.accounts.models import User
    from campus.media.variants import Processed
    from campus.organizations.models import University
    from campus.platform.settings import MediaSettings
    from campus.posts.models import Post
    from tests.conftest import Client

    SignIn = Callable[[User], Client]


def send(browser: Client, post: Post, photos: Sequence[tuple[bytes, str]] = (), **fields: Any) -> TestResponse:
    """Send the edit form with files, as a browser without JavaScript does."""
    data = {"text": post.text, "audience": post.audience, "owner": ""} | fields
    data["photos"] = [(BytesIO(content), name) for content, name in photos]
    return browser.post(f"/posts/{post.id}/edit", data=data, content_type="multipart/form-data")


def alts(post: Post) -> list[str]:
    """What the photos show, in order."""
    return [each.alt for each in reachable_card(post.author_id, post.id).photos]


def tokens(post: Post) -> list[UUID]:
    found = select(Photo.token).where(Photo.post_id == post.id).order_by(Photo.position)
    return list(session.scalars(found))


def kept(token: UUID) -> list[str]:
    """The files there are of a photo."""
    store = files.storage()
    return [*store.keys(variant_prefix(token)), *([incoming_key(token)] if store.exists(incoming_key(token)) else [])]


@pytest.fixture
def post(alice: User, work: Callable[[], int], developed_once: None) -> Post:
    """Alice's, with three photos: one, two, three."""
    made = published(alice, photos=tuple(upload(alt=alt) for alt in ("one", "two", "three")))
    work()
    return made


def edit(author: User, post: Post, photos: Sequence[PhotoDraft], **fields: Any) -> Post:
    return actions.edit(viewer=viewer_of(author), post_id=post.id, draft=draft(**fields), photos=photos, now=now())


def test_the_form_shows_every_photo_with_its_place(client_as: SignIn, alice: User, post: Post) -> None:
    page = client_as(alice).get(f"/posts/{post.id}/edit").text
    assert re.findall(r'name="photo" value="([^"]+)"', page) == [str(token) for token in tokens(post)]
    assert re.findall(r'name="place-(\d)"\s+value="(\d)"', page) == [("0", "1"), ("1", "2"), ("2", "3")]
    assert re.findall(r'<textarea id="alt-\d"[^>]*>(\w+)</textarea>', page)[:3] == ["one", "two", "three"]


def test_the_places_in_the_form_are_the_new_order(client_as: SignIn, alice: User, post: Post) -> None:
    before = tokens(post)
    assert save(client_as(alice), post, text="A text", **{"place-0": "3", "place-2": "1"}).status_code == 303
    assert alts(post) == ["three", "two", "one"]
    assert tokens(post) == before[::-1]
    session.refresh(post)
    assert post.edited_at is not None
    assert jobs("erase_photo") == []


def test_a_photo_that_is_left_out_is_erased(client_as: SignIn, alice: User, post: Post, work: Callable[[], int]) -> None:
    first, second, third = tokens(post)
    assert save(client_as(alice), post, text="A text", drop="1").status_code == 303
    assert (alts(post), tokens(post)) == (["one", "three"], [first, third])
    assert kept(second) != []
    work()
    assert kept(second) == []
    assert kept(first) != []
    assert client_as(alice).get(f"/posts/{post.id}/photos/2").status_code == 200


def test_photos_are_added_between_others(client_as: SignIn, alice: User, bob: User, post: Post, work: Callable[[], int]) -> None:
    new = {"alt-3": "new", "place-3": "2", "place-1": "3", "place-2": "4"}
    assert send(client_as(alice), post, [(photo(width=700), "new.jpg")], text="A text", **new).status_code == 303
    assert alts(post) == ["one", "new", "two", "three"]
    assert [each.alt for each in card(bob.id, post.id).photos] == ["one", "two", "three"]  # until it is ready
    assert card(bob.id, post.id).state == PostState.PUBLISHED
    work()
    assert [each.alt for each in card(bob.id, post.id).photos] == ["one", "new", "two", "three"]


def test_everything_at_once(client_as: SignIn, alice: User, post: Post, work: Callable[[], int]) -> None:
    order = [str(token) for token in tokens(post)]
    change = {"photo": [order[2], order[0], order[1]], "drop": "1", "alt-0": "third", "alt-3": "new", "place-3": "1"}
    assert send(client_as(alice), post, [(photo(width=700), "new.jpg")], text="A text", **change).status_code == 303
    work()
    assert alts(post) == ["third", "new", "two"]


def test_a_refused_form_keeps_the_photos_as_they_were_put(client_as: SignIn, alice: User, post: Post) -> None:
    browser = client_as(alice)
    version = carried(browser.get(f"/posts/{post.id}/edit").text)
    change = {"place-0": "9", "drop": "1", "alt-2": "Described", "alt-3": "The good one", "version": version}
    refused = send(browser, post, [(photo(), "good.jpg"), (b"nothing", "bad.jpg")], text="A text", **change)
    assert refused.status_code == 422
    assert alts(post) == ["one", "two", "three"]
    first, second, third = (str(token) for token in tokens(post))
    page = refused.text
    assert re.findall(r'name="photo" value="([^"]+)"', page) == [second, third, first]
    [waiting] = re.findall(r'name="upload" value="([^"]+)"', page)
    assert re.findall(r'name="drop"\s+value="(\d)"\s+checked', page) == ["0"]
    assert re.findall(r'name="place-(\d)"\s+value="(\d)"', page) == [("0", "1"), ("1", "2"), ("3", "3"), ("2", "4")]

    again = {"photo": [second, third, first], "upload": waiting, "drop": "0", "version": version}
    again |= {"alt-1": "Described", "alt-3": "The good one", "place-3": "3", "place-2": "4"}
    assert send(browser, post, text="A text", **again).status_code == 303
    assert alts(post) == ["Described", "The good one", "one"]


def test_a_photo_of_another_post_is_not_hers_to_take(client_as: SignIn, alice: User, bob: User, post: Post) -> None:
    other = make_post(author=bob)
    stolen = make_photo(post=other)
    assert save(client_as(alice), post, text="A text", photo=str(stolen.token)).status_code == 303
    assert alts(post) == ["one", "two", "three"]
    with pytest.raises(PhotoUnavailable):
        edit(alice, post, [PhotoDraft(token) for token in (*tokens(post), stolen.token)])
    assert tokens(other) == [stolen.token]


def test_twenty_are_enough(client_as: SignIn, alice: User, post: Post) -> None:
    small = photo(width=64, height=64)
    refused = send(client_as(alice), post, [(small, f"{n}.jpg") for n in range(18)], text="A text")
    assert refused.status_code == 422
    assert "These are 21 photos" in refused.text
    assert send(client_as(alice), post, [(small, f"{n}.jpg") for n in range(18)], text="A text", drop="0").status_code == 303
    assert len(tokens(post)) == 20


def test_a_post_needs_words_or_a_photo_that_is_ready(client_as: SignIn, alice: User, post: Post) -> None:
    refused = save(client_as(alice), post, text="", drop="0", title="")
    assert refused.status_code == 303  # two are left
    everything = {"drop": ["0", "1"]}
    refused = client_as(alice).post(f"/posts/{post.id}/edit", data={"text": "", "audience": "public", "owner": ""} | everything)
    assert refused.status_code == 422
    with pytest.raises(NothingLeftToShow):
        edit(alice, post, [upload()], text="")
    assert len(tokens(post)) == 2
    assert len(tokens(edit(alice, post, [upload()]))) == 1


def test_a_post_that_waits_for_a_failed_photo_is_published_without_it(alice: User, work: Callable[[], int]) -> None:
    made = published(alice, text="", photos=(upload(photo()[:3000]),))
    work()
    session.refresh(made)
    assert made.state == PostState.PROCESSING
    edit(alice, made, [], text="Words instead")
    session.refresh(made)
    assert (made.state, made.published_at is not None) == (PostState.PUBLISHED, True)
    assert jobs("distribute_post") == [str(made.id)]


def test_an_editor_leaves_what_she_does_not_see(alice: User, northbridge: University) -> None:
    editor = make_user()
    make_member(user=editor, organization=northbridge, role=Role.EDITOR)
    made = make_post(author=alice, organization=northbridge, official=True)
    ready, failed = make_photo(post=made, alt="ready"), make_photo(post=made, position=1, alt="failed", state=PhotoState.FAILED)
    edit(editor, made, [PhotoDraft(ready.token, alt="Corrected")], organization_id=northbridge.id, official=True)
    assert tokens(made) == [ready.token, failed.token]
    assert alts(made) == ["Corrected", "failed"]


def test_a_photo_taken_out_while_it_is_developed_keeps_no_file(
    alice: User, work: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = published(alice, photos=(upload(),))
    [token] = tokens(made)
    develop = process

    def meanwhile(data: bytes, limits: MediaSettings) -> Processed:
        edit(alice, made, [])
        outbox.drain(processing.HANDLERS, kind="erase_photo")
        return develop(data, limits)

    monkeypatch.setattr(processing, "process", meanwhile)
    work()
    assert kept(token) == []
    assert tokens(made) == []


def test_a_file_that_is_still_a_photos_is_not_erased(alice: User, post: Post, work: Callable[[], int]) -> None:
    [first, *_] = tokens(post)
    with transaction():
        outbox.record("erase_photo", first, {"token": str(first)})
    work()
    assert kept(first) != []
