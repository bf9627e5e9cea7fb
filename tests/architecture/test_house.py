"""The habits of the house that no linter knows."""

from __future__ import annotations

import ast
import re

import pytest

from campus.notifications.actions import MAIL_NOTIFICATION
from campus.organizations.actions import MEMBERSHIP_DECISION
from campus.posts.actions import DISTRIBUTE, ERASE, RETRACT
from campus.posts.photos import ERASE_PHOTO, PROCESS_PHOTO
from tests.architecture.sources import ROOT, modules, name_of, texts, tree

OURS = modules("campus")
LONGEST = 300
JUNK = re.compile(r"utils?|helpers?|misc|shared|common|stuff|tools")
READS_THE_ENVIRONMENT = {"config.py", "app.py"}  # the latter hands it, unread, to the processes of `make run`
COMMITS = {"campus/platform/db.py"}


def test_modules_are_short() -> None:
    long = {name_of(file): lines for file in OURS if (lines := len(file.read_text().splitlines())) >= LONGEST}
    assert long == {}


def test_the_frame_of_the_tests_is_short() -> None:
    assert len((ROOT / "tests" / "conftest.py").read_text().splitlines()) < LONGEST


def test_modules_are_named_for_what_they_are_about() -> None:
    assert [name_of(file) for file in modules("campus", "tests", "bench") if JUNK.fullmatch(file.stem)] == []


def test_one_module_commits() -> None:
    found = {name_of(file) for file in OURS for node in ast.walk(tree(file)) if _commits(node)}
    assert found == COMMITS


def _commits(node: ast.AST) -> bool:
    called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    return called and node.func.attr in {"commit", "rollback"}  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", [DISTRIBUTE, RETRACT, ERASE, PROCESS_PHOTO, ERASE_PHOTO, MEMBERSHIP_DECISION, MAIL_NOTIFICATION])
def test_a_kind_of_job_is_named_by_the_room_that_records_it_and_nowhere_else(kind: str) -> None:
    assert len([file for file in OURS if kind in texts(file)]) == 1


def test_one_module_reads_the_environment() -> None:
    found = {name_of(file) for file in OURS for node in ast.walk(tree(file)) if _reads_environment(node)}
    assert found <= READS_THE_ENVIRONMENT


def _reads_environment(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
        and node.attr in {"environ", "getenv"}
    )


def test_imports_stand_at_the_top() -> None:
    functions = (
        (file, outer)
        for file in OURS
        for outer in ast.walk(tree(file))
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    found = {
        f"{name_of(file)}: {outer.name}"
        for file, outer in functions
        for node in ast.walk(outer)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert found == set()


def test_every_room_says_what_it_is_for() -> None:
    rooms = [file for file in OURS if file.name == "__init__.py"]
    silent = {name_of(file) for file in rooms if not ast.get_docstring(tree(file))}
    assert silent == set()


def test_functions_fit_a_screen() -> None:
    spans = [
        (node.end_lineno - node.lineno + 1, f"{name_of(file)}: {node.name}")
        for file in OURS
        for node in ast.walk(tree(file))
        if isinstance(node, ast.FunctionDef) and node.end_lineno
    ]
    assert [named for lines, named in spans if lines > 50] == []
    assert sum(lines <= 25 for lines, _ in spans) / len(spans) >= 0.9


def test_nobody_listens_for_signals() -> None:
    listeners = {
        f"{name_of(file)}:{node.lineno}"
        for file in OURS
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Attribute) and node.attr in {"listens_for", "connect_via"}
    }
    assert listeners == set()


def test_no_view_is_cached() -> None:
    users = {name_of(file) for file in OURS for node in ast.walk(tree(file)) if _imports_flask_caching(node)}
    assert users == {"campus/platform/cache.py"}


def _imports_flask_caching(node: ast.AST) -> bool:
    return isinstance(node, ast.ImportFrom) and (node.module or "").startswith("flask_caching")
