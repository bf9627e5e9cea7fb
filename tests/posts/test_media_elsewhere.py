"""Photos in a bucket, and photos sent by the server in front: the same rule, the same headers."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image

from campus.platform import settings
from campus.platform.clock import now
from campus.platform.sending import PROTECTION
from campus.posts.actions import delete
from campus.posts.files import storage, sweep_uploads
from campus.posts.models import Audience
from campus.posts.queries import reachable_card
from tests.buckets import ACCEL, BUCKET
from tests.media.corpus import photo
from tests.posts.making import published, upload, viewer_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from campus.organizations.models import University
    from tests.conftest import Client


def posted(alice: User, northbridge: University, work: Callable[[], int]) -> tuple[int, str]:
    """A post with a photo for the members of Northbridge; its id and the address of a file."""
    made = published(alice, organization_id=northbridge.id, audience=Audience.ORGANIZATION, photos=(upload(photo(width=900)),))
    work()
    [shown] = reachable_card(alice.id, made.id).photos
    return made.id, f"/media/{shown.token}/{shown.widths[0]}.webp"


def test_a_post_with_photos_in_a_bucket_from_upload_to_erasure(
    in_bucket: None,
    client_as: Callable[[User], Client],
    alice: User,
    charlie: User,
    northbridge: University,
    work: Callable[[], int],
) -> None:
    post_id, url = posted(alice, northbridge, work)
    assert len(storage().keys("photos/")) == 4
    assert storage().keys("incoming/") == []
    served = client_as(alice).get(url)
    assert (served.status_code, served.content_type) == (200, "image/webp")
    assert PROTECTION.items() <= dict(served.headers).items()
    assert Image.open(BytesIO(served.data)).width == 320
    part = client_as(alice).get(url, headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.data) == (206, served.data[:10])
    assert client_as(alice).get(url, headers={"If-None-Match": served.headers["ETag"]}).status_code == 304
    assert client_as(charlie).get(url, headers={"If-None-Match": served.headers["ETag"]}).status_code == 404
    delete(viewer=viewer_of(alice), post_id=post_id, now=now())
    work()
    assert storage().keys() == []
    assert client_as(alice).get(url).status_code == 404


def test_uploads_nobody_sent_are_swept_from_a_bucket(in_bucket: None) -> None:
    upload(photo())
    assert sweep_uploads(before=now()) <= 1  # the clock of S3 counts whole seconds
    assert sweep_uploads(before=now().replace(year=2100)) <= 1
    assert storage().keys() == []


def test_a_bucket_that_is_away_is_told(
    in_bucket: None, client_as: Callable[[User], Client], alice: User, northbridge: University, work: Callable[[], int]
) -> None:
    _, url = posted(alice, northbridge, work)
    away = replace(settings.current().s3, endpoint="http://127.0.0.1:1")
    with settings.override(replace(settings.current(), s3=away)):
        assert client_as(alice).get(url).status_code == 503
        assert "media" in client_as(alice).get("/readyz").get_json()["failing"]
    assert client_as(alice).get(url).status_code == 200


def test_the_server_in_front_is_told_where_the_bytes_are_once_the_rule_was_asked(
    by_nginx: None,
    client_as: Callable[[User], Client],
    alice: User,
    charlie: User,
    northbridge: University,
    work: Callable[[], int],
) -> None:
    _, url = posted(alice, northbridge, work)
    answer = client_as(alice).get(url, headers={"Range": "bytes=0-9"})
    token = url.split("/")[2].replace("-", "")
    assert answer.status_code == 200
    assert answer.headers["X-Accel-Redirect"] == f"{ACCEL}photos/{token[-2:]}/{token}.320.webp"
    assert (answer.data, answer.content_type) == (b"", "image/webp")
    assert PROTECTION.items() <= dict(answer.headers).items()
    unchanged = client_as(alice).get(url, headers={"If-None-Match": answer.headers["ETag"]})
    denied = client_as(charlie).get(url)
    missing = client_as(alice).get(url.replace("320.webp", "321.webp"))
    assert (unchanged.status_code, denied.status_code, missing.status_code) == (304, 404, 404)
    for other in (unchanged, denied, missing):
        assert "X-Accel-Redirect" not in other.headers


def test_the_server_in_front_of_a_bucket_is_told_an_address_signed_for_a_minute(
    by_nginx: None,
    in_bucket: None,
    client_as: Callable[[User], Client],
    alice: User,
    northbridge: University,
    work: Callable[[], int],
) -> None:
    _, url = posted(alice, northbridge, work)
    with settings.override(replace(settings.current(), media_accel=ACCEL)):
        told = client_as(alice).get(url).headers["X-Accel-Redirect"]
    assert told.startswith(f"{ACCEL}{BUCKET}/campus/photos/")
    assert "X-Amz-Expires=60" in told
    assert "X-Amz-Signature=" in told


def test_nothing_is_told_to_a_server_in_front_unless_there_is_one(
    client_as: Callable[[User], Client], alice: User, northbridge: University, work: Callable[[], int]
) -> None:
    _, url = posted(alice, northbridge, work)
    answer = client_as(alice).get(url, buffered=True)
    assert "X-Accel-Redirect" not in answer.headers
    assert answer.data
