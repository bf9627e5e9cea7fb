"""Who asks for help, or mistypes a command, waits for no server."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import config
from campus.cli import GROUPS
from campus.cli.asking import runs_nothing
from tests.cli.tree import commands

if TYPE_CHECKING:
    from pathlib import Path

EVERY = list(commands())
FLASK = "from flask.cli import main; import sys; sys.argv[0] = 'flask'; main()"


def test_help_and_wrong_words_run_nothing_of_any_command() -> None:
    for told in EVERY:
        for words in (["--help"], ["--no-such-flag"], ["--json", "--no-such-flag"]):
            assert runs_nothing([*told.path, *words]), (told.name, words)
    for group in GROUPS:
        assert runs_nothing([group.name or "", "--help"])
    for words in (
        [],
        ["--help"],
        ["nosuch"],
        ["feed"],
        ["feed", "nosuch"],
        ["--debug", "feed"],
        ["db", "--help"],
        ["org", "members"],
    ):
        assert runs_nothing(words), words


def test_every_command_that_is_called_rightly_runs() -> None:
    for told in (each for each in EVERY if each.path[0] != "backup"):  # which ask for a folder that is there
        for words in told.ways():
            filled = ["1" if word.startswith("{") and "target" not in word else word for word in words]
            assert not runs_nothing([*told.path, *filled]), (told.name, filled)
    for words in (["db", "upgrade"], ["run"], ["shell"], ["--debug", "feed", "jobs"]):
        assert not runs_nothing(words), words


@pytest.mark.parametrize(
    ("words", "code", "said"), [("feed --help", 0, "rebuild"), ("feed check --nonsense", 2, "No such option")]
)
def test_the_program_itself_starts_no_server(tmp_path: Path, words: str, code: int, said: str) -> None:
    environment = {"PATH": os.environ["PATH"], "CAMPUS_VAR": str(tmp_path / "var")}  # noqa: TID251 - a process of its own
    done = subprocess.run(
        [sys.executable, "-c", FLASK, *words.split()],
        cwd=config.ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == code, done.stderr
    assert said in done.stdout + done.stderr
    assert not (tmp_path / "var" / "run").exists()
    assert not (tmp_path / "var" / "postgres").exists()
