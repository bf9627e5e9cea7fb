"""The drill: a backup, everything wiped, the way back; and what a backup refuses to be."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
import redis
from sqlalchemy import select

from campus.accounts.models import User
from campus.audit.actions import record
from campus.demo.loading import Size, load
from campus.feed.subscriptions import HANDLERS
from campus.operations import archive, postgres
from campus.platform import clock, embedded, outbox, settings
from campus.platform.db import let_go, session, transaction
from campus.posts.models import Photo, PhotoState
from tests import servers as test_servers
from tests.conftest import Client
from tests.factories import make_post
from tests.photos import SEED
from tests.signing_in import put_session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from click.testing import Result
    from flask import Flask

    from campus.media.variants import Processed
    from campus.platform.embedded import Endpoints

NOTHING_WRONG = {"missing": 0, "extra": 0, "forbidden": 0, "duplicate": 0, "pending": 0}


class Campus:
    """A small demo campus in a database of its own, which can be lost."""

    def __init__(self, app: Flask, endpoints: Endpoints, var: Path) -> None:
        self.app = app
        self.endpoints = endpoints
        self.media = var / "media"
        self.var = var

    def run(self, *words: object) -> Result:
        result = self.app.test_cli_runner().invoke(args=[str(word) for word in words])
        session.expire_all()
        return result

    def told(self, *words: object) -> Any:
        """The JSON of a command that succeeds."""
        result = self.run(*words, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def first_pages(self) -> dict[str, list[str]]:
        """What ten people see when they open their home page: the addresses of posts, in order."""
        people = session.scalars(select(User).where(User.suspended_at.is_(None)).order_by(User.id).limit(20)).all()
        pages = {person.handle: page for person in people if (page := self.home(person))}  # some begin with an empty feed
        return dict(list(pages.items())[:10])

    def home(self, person: User) -> list[str]:
        browser = self.app.test_client()
        assert isinstance(browser, Client)
        put_session(browser, person)
        return re.findall(r'<article[^>]* id="(post-\d+)"', browser.get("/").text)

    def digests(self) -> dict[str, str]:
        return {
            str(file.relative_to(self.media)): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in sorted(self.media.rglob("*"))
            if file.is_file()
        }

    def wipe(self) -> None:
        """PostgreSQL, Redis, photos and noted seals are gone."""
        let_go()
        embedded.drop_database(self.endpoints.database_url)
        embedded.create_database(self.endpoints, "drill", template="template0")
        with redis.Redis.from_url(self.endpoints.redis_url) as client:
            client.flushdb()
        shutil.rmtree(self.media)
        shutil.rmtree(self.var / "audit")


@pytest.fixture(scope="module")
def campus(servers: Endpoints, pictures: dict[int, Processed], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campus]:
    var = tmp_path_factory.mktemp("var")
    url = embedded.create_database(servers, "drill", template=test_servers.TEMPLATE)
    endpoints = dataclasses.replace(servers, database_url=url)
    before = settings._Holder.settings
    app = test_servers.application(endpoints, var)
    app.test_client_class = Client
    with app.app_context():
        load(size=Size.SMALL, seed=SEED, now=clock.now(), pictures=pictures)
        with transaction():
            record("drill.begin", "campus")
        outbox.drain(HANDLERS)
        yield Campus(app, endpoints, var)
        let_go()
    embedded.drop_database(url)
    settings._Holder.settings = before


@pytest.fixture
def kept(campus: Campus, tmp_path: Path) -> Path:
    """A fresh backup."""
    return Path(campus.told("backup", "create", "--to", tmp_path)["archive"])


def test_everything_is_lost_and_comes_back(campus: Campus, tmp_path: Path) -> None:
    campus.first_pages()
    outbox.drain(HANDLERS)  # the entries of those who read are kept from now on
    pages, files = campus.first_pages(), campus.digests()
    outbox.drain(HANDLERS)
    assert len(pages) == 10

    made = campus.told("backup", "create", "--to", tmp_path)
    assert made["media_files"] == len(files)
    proven = campus.told("backup", "verify", made["archive"])
    assert (proven["good"], proven["faults"], proven["feed"]) == (True, [], NOTHING_WRONG)

    campus.wipe()
    assert campus.told("backup", "restore", made["archive"])["written"] == len(files)

    assert campus.told("feed", "check") == NOTHING_WRONG
    assert not any(campus.told("counts", "check").values())
    assert campus.digests() == files
    assert campus.first_pages() == pages
    assert campus.told("audit", "verify")["broken"] == []
    assert campus.told("media", "check") == {"faults": [], "orphans": []}


def test_a_restore_over_a_living_campus_is_refused_and_replaces_it_only_when_told(campus: Campus, kept: Path) -> None:
    since = make_post(author=session.scalars(select(User).limit(1)).one()).id
    refused = campus.run("backup", "restore", kept)
    assert (refused.exit_code, "not empty" in refused.output or "has tables" in refused.output) == (1, True)
    assert campus.told("backup", "restore", kept, "--replace", "--dry-run")["dry_run"] is True
    assert session.get(type(make_post()), since)
    assert campus.told("backup", "restore", kept, "--replace")["written"] == 0
    session.remove()
    assert session.scalar(select(User.id).limit(1))
    assert session.execute(select(Photo.id).where(Photo.state == PhotoState.READY).limit(1)).one()


def test_what_was_ended_since_does_not_come_back(campus: Campus, tmp_path: Path) -> None:
    leaver, other = session.scalars(select(User).where(User.present, ~User.is_admin).order_by(User.id.desc()).limit(2)).all()
    handle, stays = leaver.handle, other.handle
    browser = campus.app.test_client()
    assert isinstance(browser, Client)
    put_session(browser, other)
    token = campus.told("token", "create", stays, "--name", "Script", "--scope", "read")["token"]
    kept = campus.told("backup", "create", "--to", tmp_path)["archive"]
    campus.told("user", "delete", handle, "--now")
    assert browser.get("/settings").status_code == 200

    done = campus.told("backup", "restore", kept, "--replace")
    assert (done["erased"], done["stuck"], done["tokens"] > 0, done["sessions"] > 0) == (1, "", True, True)
    assert campus.run("user", "show", handle).exit_code != 0
    assert browser.get("/settings").status_code == 303
    asked = campus.app.test_client().get("/api/me/", headers={"Authorization": f"Bearer {token}"})
    assert asked.status_code == 401
    assert campus.told("audit", "verify")["broken"] == []


def test_a_restore_is_refused_while_somebody_works(campus: Campus, kept: Path) -> None:
    url = settings.current().database_url.replace("+psycopg", "")
    with psycopg.connect(url, application_name="photocampus"):
        refused = campus.run("backup", "restore", kept, "--replace")
    assert refused.exit_code == 1
    assert "stop web and workers" in refused.output


@pytest.mark.parametrize("name", [archive.DATABASE, archive.MEDIA_LIST, archive.ANCHORS, archive.MANIFEST, "media"])
def test_a_backup_that_was_touched_is_no_good_and_is_not_restored(campus: Campus, kept: Path, name: str) -> None:
    file = kept / name if name != "media" else next(path for path in (kept / "media").rglob("*") if path.is_file())
    content = file.read_bytes()
    file.unlink()  # a name of its own from now on
    file.write_bytes(content[:-8] + b"\0" * 8)
    proven = campus.run("backup", "verify", kept)
    assert proven.exit_code == 1
    assert re.search(r"not what was written|no manifest", proven.output)
    assert campus.run("backup", "restore", kept, "--replace").exit_code == 1
    assert session.scalar(select(User.id).limit(1))


@pytest.mark.parametrize("left_out", [archive.DATABASE, archive.MEDIA_LIST, archive.ANCHORS])
def test_a_manifest_that_leaves_something_out_is_none(campus: Campus, kept: Path, left_out: str) -> None:
    manifest = archive.read(kept)
    members = {name: digest for name, digest in manifest.members.items() if name != left_out}
    told = dataclasses.asdict(dataclasses.replace(manifest, members=members).sealed())
    (kept / archive.MANIFEST).unlink()
    (kept / archive.MANIFEST).write_text(json.dumps(told))
    for verb in ("verify", "restore"):
        refused = campus.run("backup", verb, kept)
        assert (refused.exit_code, left_out in refused.output) == (1, True)


@pytest.mark.parametrize("name", ["more.sql", "media/photos/more.webp"])
def test_what_the_manifest_does_not_tell_of_is_no_part_of_a_backup(campus: Campus, kept: Path, name: str) -> None:
    (kept / name).write_bytes(b"x")
    for verb in ("verify", "restore"):
        refused = campus.run("backup", verb, kept)
        assert (refused.exit_code, name in refused.output) == (1, True)


def test_a_photo_of_the_dump_without_its_file_is_a_fault(campus: Campus, tmp_path: Path) -> None:
    lost = next(file for file in (campus.media / "photos").rglob("*.webp"))
    content = lost.read_bytes()
    lost.unlink()
    kept = campus.told("backup", "create", "--to", tmp_path)["archive"]
    lost.write_bytes(content)
    proven = campus.run("backup", "verify", kept)
    assert proven.exit_code == 1
    assert f"needs media/photos/{lost.parent.name}/{lost.name}" in proven.output


def test_photos_that_go_and_come_during_a_backup_do_no_harm(
    campus: Campus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    doomed = session.scalars(select(Photo).where(Photo.state == PhotoState.READY).order_by(Photo.id.desc()).limit(1)).one()
    held = {file: file.read_bytes() for file in campus.media.rglob(f"{doomed.token.hex}.*")}
    late = campus.media / "photos" / "00" / f"{'1' * 32}.320.webp"
    really = postgres.dump

    def meanwhile(*args: Any, **more: Any) -> None:
        for file in held:
            file.unlink()
        late.parent.mkdir(exist_ok=True)
        late.write_bytes(b"of a post that came after the moment of the dump")
        really(*args, **more)

    monkeypatch.setattr(postgres, "dump", meanwhile)
    made = campus.told("backup", "create", "--to", tmp_path)
    proven = campus.told("backup", "verify", made["archive"])
    assert (proven["good"], proven["media_files"]) == (True, len(campus.digests()) + len(held))
    late.unlink()
    for file, content in held.items():
        file.write_bytes(content)


def test_what_is_no_backup_is_refused_in_words(campus: Campus, tmp_path: Path) -> None:
    for verb in ("verify", "restore"):
        refused = campus.run("backup", verb, tmp_path)
        assert (refused.exit_code, "no manifest of a backup" in refused.output) == (1, True)
        assert campus.run("backup", verb, tmp_path / "missing").exit_code == 2


def test_a_later_releases_backup_is_refused(campus: Campus, kept: Path) -> None:
    archive.write(kept, dataclasses.replace(archive.read(kept), revision="9999"))
    refused = campus.run("backup", "restore", kept, "--replace")
    assert (refused.exit_code, "does not know revision 9999" in refused.output) == (1, True)


def test_other_secrets_are_told_before_anything_is_changed(campus: Campus, kept: Path) -> None:
    other = dataclasses.replace(settings.current(), secret_key="another-secret-0123456789-another-secret")
    with settings.override(other):
        refused = campus.run("backup", "restore", kept, "--replace")
        assert (refused.exit_code, "SECRET_KEY is not the one" in refused.output) == (1, True)
    assert test_servers.SECRET not in "".join(file.read_text(errors="replace") for file in kept.glob("*.json*"))


def test_a_rehearsed_backup_leaves_nothing(campus: Campus, tmp_path: Path) -> None:
    plan = campus.told("backup", "create", "--to", tmp_path, "--dry-run")
    assert plan["media_files"] == len(campus.digests())
    assert list(tmp_path.iterdir()) == []


def test_a_backup_that_fails_midway_leaves_nothing(campus: Campus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise postgres.ProgramFailed("pg_dump: no room")

    monkeypatch.setattr(postgres, "dump", fail)
    failed = campus.run("backup", "create", "--to", tmp_path)
    assert (failed.exit_code, "no room" in failed.output) == (1, True)
    assert list(tmp_path.iterdir()) == []


def test_damaged_and_lost_variants_are_found_and_made_anew(campus: Campus) -> None:
    photo = session.scalars(select(Photo).where(Photo.state == PhotoState.READY).order_by(Photo.id).limit(1)).one()
    files = sorted((campus.media / "photos" / photo.token.hex[-2:]).glob(f"{photo.token.hex}.*.webp"))
    files[0].unlink()
    content = files[1].read_bytes()
    files[1].unlink()
    files[1].write_bytes(content[: len(content) // 2])
    found = json.loads(campus.run("media", "check", "--json").stdout)["faults"]
    assert sorted((fault["photo_id"], fault["key"].rpartition("/")[2]) for fault in found) == sorted(
        (photo.id, file.name) for file in files[:2]
    )
    assert campus.told("media", "regenerate", "--dry-run")["photos"] == [photo.id]
    assert campus.told("media", "regenerate") == {"photos": 1, "portraits": 0, "lost": [], "lost_portraits": []}
    assert campus.told("media", "check")["faults"] == []


def test_files_that_nobody_names_go_after_a_day(campus: Campus) -> None:
    stray = campus.media / "photos" / "00" / f"{'0' * 32}.320.webp"
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"nobody's")
    assert campus.told("media", "prune")["files"] == []
    old = clock.now().timestamp() - 2 * 86_400
    os.utime(stray, (old, old))
    key = f"photos/00/{stray.name}"
    assert campus.told("media", "prune", "--dry-run")["files"] == [key]
    assert stray.exists()
    assert campus.told("media", "prune")["files"] == [key]
    assert not stray.exists()
    assert campus.told("media", "check")["faults"] == []
