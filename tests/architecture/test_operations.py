"""The files an operator copies: they parse, and name settings, commands and programs that exist."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest
import yaml

import config
from campus import cli
from tests.architecture.sources import ROOT
from tests.architecture.test_documented import settings_written_down

if TYPE_CHECKING:
    from flask import Flask

FILES = ROOT / "docs" / "operations"
UNITS = sorted((FILES / "systemd").iterdir())
IMAGE = "photocampus"  # what the Dockerfile makes
OF_COMPOSE = {"POSTGRES_PASSWORD", "POSTGRES_USER", "POSTGRES_DB", "POSTGRES_INITDB_ARGS"}
SYSTEMD_ANALYZE = shutil.which("systemd-analyze")
GOOD = {"SECRET_KEY": "Zk3vQ9xT7bLr2mWc8pNdY5sHj4gFa6Ue", "AUDIT_KEY": "Pk3vQ9xT7bLr2mWc8pNdY5sHj4gFa6Ue"}
PLACE = "/opt/photocampus"
SECRET = re.compile(r"/<(?:token|uuid:letter)>")  # of a path: whoever knows it is let in


class Unit(RawConfigParser):
    """A unit file: names are as written, and may come several times."""

    def __init__(self, file: Path) -> None:
        super().__init__(strict=False, interpolation=None, comment_prefixes=("#",), delimiters=("=",))
        self.optionxform = str  # type: ignore[assignment,method-assign]  # as the library's own manual has it
        self.read(file)


def environment() -> dict[str, str]:
    """What photocampus.env sets."""
    lines = (FILES / "photocampus.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((FILES / "compose.yaml").read_text())
    return found


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose()["services"]
    return found


def commands() -> list[list[str]]:
    """Every command line that starts something of the product: of the units, the image, its services."""
    starts = [Unit(file)["Service"]["ExecStart"].split() for file in UNITS if file.suffix == ".service"]
    composed = [each["command"] for each in services().values() if each["image"] == IMAGE and "command" in each]
    return [*starts, started_by_the_image(), *composed]


def dockerfile() -> str:
    return (FILES / "Dockerfile").read_text()


def started_by_the_image() -> list[str]:
    """What the shell of the image becomes."""
    [line] = re.findall(r"^CMD (\[.*\])$", dockerfile(), re.MULTILINE)
    shell, option, words = json.loads(line)
    assert (shell, option) == ("sh", "-c")
    command: list[str] = words.split()
    assert command[0] == "exec"  # else the shell is told to stop, and nobody else
    return command[1:]


def copied(text: str) -> set[str]:
    """What the image takes from the checkout."""
    lines = re.findall(r"^COPY (?!--)(.+) \./?\S*$", text, re.MULTILINE)
    return {source.rstrip("/") for line in lines for source in line.split()}


def test_every_setting_that_is_named_is_a_setting() -> None:
    known = settings_written_down()
    named = set(environment())
    for file in UNITS:
        named |= set(re.findall(r"\$\{([A-Z0-9_]+)\}", file.read_text()))
    for service in services().values():
        named |= set(service.get("environment", {}))
    named |= set(re.findall(r"\$\{([A-Z0-9_]+)", (FILES / "compose.yaml").read_text()))
    named |= set(re.findall(r"^\s+(CAMPUS_[A-Z_]+)=", dockerfile(), re.MULTILINE))
    assert named - OF_COMPOSE <= known


def test_the_settings_of_the_files_are_those_of_a_production_site() -> None:
    """But for the secrets, which are left open, and refused."""
    with pytest.raises(config.BadSettings, match="SECRET_KEY"):
        config.load(environment())
    assert config.load(environment() | GOOD).is_production
    composed = {
        name: re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", str(value)) for name, value in services()["web"]["environment"].items()
    }
    filled = composed | GOOD | {"SITE_URL": "https://campus.example.edu", "MAIL_URL": "smtp://mail.example.edu"}
    assert config.load(filled | {"DATABASE_URL": "postgresql://photocampus@postgres/photocampus"}).drain_seconds > 0


def command_of(words: list[str]) -> click.Command:
    """The `flask` command of these words."""
    found: click.Command = cli_root()
    for word in words:
        if word.startswith("-") or not isinstance(found, click.Group):
            break
        found = found.commands[word]
    return found


def cli_root() -> click.Group:
    """All of the product's own commands."""
    root = click.Group(commands=[*cli.GROUPS])
    root.add_command(click.Group("db", commands=[click.Command("upgrade")]))  # Flask-Migrate's
    return root


def test_every_program_and_command_exists() -> None:
    for program, *words in commands():
        name = Path(program).name
        assert (Path(sys.executable).parent / name).exists(), name
        if name == "flask":
            options = {option for each in command_of(words).params if isinstance(each, click.Option) for option in each.opts}
            assert {word for word in words if word.startswith("--")} <= options


@pytest.mark.skipif(SYSTEMD_ANALYZE is None, reason="no systemd here")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for file in UNITS:
        (tmp_path / file.name).write_text(file.read_text().replace(f"{PLACE}/.venv/bin", str(Path(sys.executable).parent)))
    argv = [str(SYSTEMD_ANALYZE), "verify", "--man=no", *sorted(map(str, tmp_path.iterdir()))]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60)
    told = [line for line in (done.stdout + done.stderr).splitlines() if "photocampus" in line]
    assert told == []


def test_only_the_first_process_is_told_to_stop_and_has_time() -> None:
    for file in UNITS:
        service = Unit(file)
        if "Service" in service and service["Service"].get("Type") != "oneshot":
            assert service["Service"]["KillMode"] == "mixed"
            assert int(service["Service"]["TimeoutStopSec"]) >= 60


def test_nginx_never_lets_a_client_into_the_place_of_the_photos() -> None:
    """And hands on what keeps a photo a photo of one viewer. The braces pair, as far as can be told without nginx."""
    accel = environment()["MEDIA_ACCEL"]
    for name in ("photocampus.conf", "photos-in-s3.conf"):
        text = (FILES / "nginx" / name).read_text()
        assert text.count("{") == text.count("}")
        place = text[text.index(f"location {accel}") :]
        assert place.splitlines()[1].strip() == "internal;"
        for header in ("ETag", "Vary", "Content-Security-Policy", "X-Content-Type-Options", "Cross-Origin-Resource-Policy"):
            assert f"add_header {header} " in place
    assert f"alias {environment()['MEDIA_URL']}/;" in (FILES / "nginx" / "photocampus.conf").read_text()


def test_the_image_is_pinned_not_root_and_asks_itself_how_it_is() -> None:
    text = dockerfile()
    assert all(re.match(r"[a-z/]+:\d+\.\d+", base) for base in re.findall(r"^FROM (\S+)", text, re.MULTILINE))
    assert re.search(r"^USER 10001:10001$", text, re.MULTILINE)
    assert "/livez" in text[text.index("HEALTHCHECK") :]
    assert copied(text) == {"app.py", "config.py", "tasks.py", "requirements.txt", "campus", "templates", "static", "migrations"}
    assert all((ROOT / source).exists() for source in copied(text))


def test_the_image_is_given_what_it_copies_and_nothing_hidden() -> None:
    first, *rest = (ROOT / ".dockerignore").read_text().splitlines()
    assert first == "*"
    assert {line[1:] for line in rest if line.startswith("!")} == copied(dockerfile())
    assert rest[-1] == "**/.*"  # the last word: no settings, no keys


def test_a_change_of_the_code_moves_the_code_alone() -> None:
    """Libraries lie below it, compiled, and are not installed anew."""
    _, building, running = dockerfile().split("\nFROM ")
    assert "requirements.txt" in building
    assert copied(f"\n{building}") == {"requirements.txt"}
    libraries, compiled, code = (running.index(word) for word in ("COPY --from=build", "compileall", "COPY app.py"))
    assert libraries < compiled < code
    assert "compileall" in running[running.index("COPY migrations") :]


def test_the_image_has_as_many_web_processes_as_its_settings_say() -> None:
    """Limits of bursts are divided by that number."""
    assert started_by_the_image()[-2:] == ["-w", "$WEB_WORKERS"]
    assert re.search(r"^\s+WEB_WORKERS=\d+$", dockerfile(), re.MULTILINE)


def test_one_service_makes_the_image_and_the_others_take_it() -> None:
    """Made by several at once, a name that is there already is an error; asked of a registry, it is not found."""
    ours = {name: each for name, each in services().items() if each["image"] == IMAGE}
    assert set(ours) == {"migrate", "web", "worker", "sweep"}
    assert [name for name, each in ours.items() if "build" in each] == ["migrate"]
    assert {each["pull_policy"] for name, each in ours.items() if name != "migrate"} == {"never"}
    assert all("migrate" in each["depends_on"] for name, each in ours.items() if name != "migrate")


def test_the_database_is_asked_where_the_product_will_ask() -> None:
    """While its image makes a new database, a server answers at the socket that is stopped again."""
    words = services()["postgres"]["healthcheck"]["test"]
    assert words[words.index("-h") + 1] == "127.0.0.1"


def test_shared_memory_of_nginx_has_a_name_for_each_use() -> None:
    text = "".join((FILES / "nginx" / name).read_text() for name in ("photocampus.conf", "upstream-compose.conf"))
    caches, zones = set(re.findall(r"shared:(\w+):", text)), re.findall(r"^\s*zone (\w+) ", text, re.MULTILINE)
    assert zones
    assert caches.isdisjoint(zones)


def test_every_service_is_pinned_and_comes_back() -> None:
    for name, service in services().items():
        assert service["image"] == IMAGE or re.search(r":\d+\.\d+", service["image"]), name
        assert service["restart"] == ("no" if name == "migrate" else "unless-stopped")
        for place in service.get("volumes", []):
            source = place.split(":")[0]
            inside = source in compose()["volumes"] or source == "./certs" or (FILES / source).exists()
            assert inside, place


def test_the_text_leads_to_every_file() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    linked = {(ROOT / "docs" / link).resolve() for link in re.findall(r"\]\(([^)#]+)\)", text)}
    assert all(file.exists() for file in linked)
    missed = {file for file in FILES.rglob("*") if file.is_file() and not {file, file.parent} & linked}
    assert {file.name for file in missed} <= {"upstream-compose.conf"}  # of the composed site alone


def test_nginx_writes_down_no_address_that_is_a_right_by_itself(app: Flask) -> None:
    """Every address with a secret in its path is among those whose end is left out; queries always are."""
    text = (FILES / "nginx" / "photocampus.conf").read_text()
    [places] = re.findall(r"<secret_place>/\(\?:([^)]*)\)/\)", text)
    secret = {rule.rule.partition("/<")[0].strip("/") for rule in app.url_map.iter_rules() if SECRET.search(rule.rule)}
    assert set(places.split("|")) == secret
    [form] = re.findall(r"^log_format photocampus '(.*)';$", text, re.MULTILINE)
    assert {"$request", "$request_uri", "$http_referer", "$args"}.isdisjoint(re.findall(r"\$\w+", form))
    servers = text.split("\nserver {")[1:]
    assert all(
        "access_log /var/log/nginx/access.log photocampus;" in each for each in servers
    )  # else the usual form is written too
