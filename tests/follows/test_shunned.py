"""/settings/blocked and its twins: whom one has blocked and muted, with the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from campus.follows import actions
from campus.platform.clock import now
from tests.factories import make_block, make_token, make_user

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from tests.conftest import Client
    from tests.personas import World

    SignIn = Callable[[User], Client]


def test_whom_one_blocked_and_muted_and_the_way_back(client_as: SignIn, world: World) -> None:
    alice, dana = world.alice, world.dana
    browser = client_as(alice)
    assert "You have blocked nobody" in browser.get("/settings/blocked").text
    for person in (world.bob, world.sam, dana):
        make_block(blocker=alice, blocked=person)
    make_block(blocker=dana, blocked=alice)
    actions.mute(viewer_id=alice.id, user_id=world.charlie.id, now=now())
    actions.mute(viewer_id=alice.id, organization_id=world.northbridge.id, now=now())

    page = browser.get("/settings/blocked").text
    assert [path for path in ("bob", "sam", "dana") if f"/u/{path}/unblock" in page] == [
        "bob"
    ]  # the others are not there for her
    assert "/u/charlie/unmute" in page
    assert "/o/northbridge/unmute" in page

    back = {"next": "/settings/blocked"}
    for path in ("/u/bob/unblock", "/u/charlie/unmute", "/o/northbridge/unmute"):
        assert browser.post(path, data=back).location == "/settings/blocked"
    page = browser.get("/settings/blocked").text
    assert "You have blocked nobody" in page
    assert "You have muted nobody" in page


def test_both_lists_come_in_pages_here_and_for_programs(client_as: SignIn, client: Client, alice: User) -> None:
    for _ in range(33):
        person = make_user()
        make_block(blocker=alice, blocked=person)
        actions.mute(viewer_id=alice.id, user_id=make_user().id, now=now())
    browser = client_as(alice)
    first = browser.get("/settings/blocked").text
    blocked, muted = (part.split('"')[0] for part in first.split('href="/settings/blocked?')[1:])
    assert browser.get(f"/settings/blocked?{blocked}").text.count("/unblock") == 3 * first.count("/unblock") // 30
    assert "/unmute" in browser.get(f"/settings/blocked?{muted}").text
    assert browser.get("/settings/blocked?muted=x").status_code == 400

    headers = {"Authorization": f"Bearer {make_token(user=alice)}"}
    for kind in ("blocks", "mutes"):
        seen, url = [], f"/api/me/{kind}/"
        while url:
            answer = client.get(url, headers=headers)
            seen += [str(each) for each in answer.get_json()]
            url = answer.headers.get("Link", "").partition(">")[0].removeprefix("<")
        assert len(set(seen)) == 33


@pytest.mark.parametrize("address", ["/settings/blocked"])
def test_nobody_is_sent_to_sign_in(client: Client, address: str) -> None:
    assert client.get(address).location.startswith("/login")
