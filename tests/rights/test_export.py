"""A person's data in a file: everything of hers, nothing of others, whole or not at all."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from campus.interactions import actions as interactions
from campus.organizations.models import PostingPause
from campus.platform.clock import now
from campus.posts.actions import publish
from campus.rights import export, parts
from tests.factories import make_follow, make_post
from tests.factories.saving import saved
from tests.posts.making import draft, upload, viewer_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask import Flask

    from tests.personas import World

UNTIL = datetime(2020, 1, 31, 12, tzinfo=UTC)


@pytest.fixture
def busy(world: World, drain: Callable[[], int]) -> World:
    make_follow(follower=world.alice, target=world.bob)
    saved(PostingPause(organization_id=world.northbridge.id, user_id=world.alice.id, until=UNTIL))
    said = {"title": "A <walk>", "text": "By the river & back", "photos": (upload(alt="The river"), upload())}
    publish(viewer=viewer_of(world.alice), draft=draft(**said), now=now())
    theirs = make_post(author=world.bob, text="Of bob alone")
    interactions.comment(viewer=viewer_of(world.alice), post_id=theirs.id, text="Fine words", now=now())
    drain()
    return world


def opened(file: Path) -> dict[str, Any]:
    """What is in the zip: JSON as values, the page as text, photos as their size."""
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        return {
            name: json.loads(archive.read(name)) if name.endswith(".json") else archive.read(name) for name in archive.namelist()
        }


def test_everything_of_hers_is_in_it_and_nothing_of_others(busy: World, tmp_path: Path) -> None:
    target = tmp_path / "alice.zip"
    seen: list[int] = []
    done = export.export(busy.alice.id, to=target, now=now(), progress=seen.append)
    inside = opened(target)
    assert (done.photos, done.missing, sum(seen)) == (2, 0, 2)
    assert {f"{name}.json" for name in parts.of(busy.alice.id)} <= set(inside)
    assert inside["profile.json"][0]["handle"] == "alice"
    assert [post["title"] for post in inside["posts.json"]] == ["A <walk>"]
    assert [comment["text"] for comment in inside["comments.json"]] == ["Fine words"]
    assert inside["follows.json"][0]["person"] == "bob"
    assert inside["memberships.json"][0]["slug"] == "northbridge"
    assert inside["pauses.json"] == [{"organization": "northbridge", "until": str(UNTIL)}]
    pictures = [name for name in inside if name.endswith(".webp")]
    assert len(pictures) == 2
    assert all(inside[name].startswith(b"RIFF") for name in pictures)
    page = inside["index.html"].decode()
    assert "A &lt;walk&gt;" in page
    assert all(f"src='{name}'" in page for name in pictures)
    assert "Of bob alone" not in "".join(map(str, inside.values()))
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_file_is_whole_or_is_not_there(busy: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(export, "_write_page", full)
    with pytest.raises(OSError, match="No space"):
        export.export(busy.alice.id, to=tmp_path / "alice.zip", now=now())
    assert list(tmp_path.iterdir()) == []


def test_the_command_refuses_to_overwrite_and_says_what_it_wrote(app: Flask, busy: World, tmp_path: Path) -> None:
    def run(*words: str) -> Any:
        return app.test_cli_runner().invoke(args=["user", "export", "alice", "--to", str(tmp_path / "a.zip"), *words])

    assert "1 posts" in run("--dry-run").output
    assert not (tmp_path / "a.zip").exists()
    assert json.loads(run("--json").output)["photos"] == 2
    assert (run().exit_code, "--overwrite" in run().stderr) == (1, True)
    assert run("--overwrite").exit_code == 0
