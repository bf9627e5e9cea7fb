"""Whatever a page does, a program can do too, by the same verbs; or it is said why not."""

from __future__ import annotations

import ast
import inspect
import textwrap
from typing import TYPE_CHECKING, Any

from tests.architecture.twins import TWINS, Because

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

REST = "/api"
FLASKS_OWN = {"static"}
READS = {"GET", "HEAD", "OPTIONS"}


def test_every_page_has_its_twin(app: Flask) -> None:
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if not rule.rule.startswith(f"{REST}/")} - FLASKS_OWN
    assert {"without a twin": pages - set(TWINS), "no page": set(TWINS) - pages} == {"without a twin": set(), "no page": set()}


def test_every_twin_exists(app: Flask) -> None:
    there = operations(app)
    assert {twin for _, twins in promised() for twin in twins} - set(there) == set()


def test_what_writes_has_a_twin_that_writes(app: Flask) -> None:
    writing = {rule.endpoint for rule in app.url_map.iter_rules() if set(rule.methods or ()) - READS}
    wrong = {page for page, twins in promised() if (page in writing) is all(twin.startswith("GET") for twin in twins)}
    assert wrong == set()


def test_twins_use_the_same_verbs(app: Flask) -> None:
    there = operations(app)
    missing = {}
    for page, twins in promised():
        theirs = {verb for twin in twins if twin in there for verb in verbs(app.view_functions[there[twin]])}
        if lacking := set(verbs(app.view_functions[page])) - theirs:
            missing[page] = lacking
    assert missing == {}


def test_every_reason_is_a_sentence() -> None:
    assert [page for page, twin in TWINS.items() if isinstance(twin, Because) and not twin.reason.endswith(".")] == []


def promised() -> Iterator[tuple[str, tuple[str, ...]]]:
    """The pages that have twins."""
    return ((page, twins) for page, twins in TWINS.items() if not isinstance(twins, Because))


def operations(app: Flask) -> dict[str, str]:
    """The endpoint of each operation for programs, by method and address."""
    return {
        f"{method} {rule.rule.removeprefix(REST)}": rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(f"{REST}/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def verbs(view: Any) -> set[str]:
    """The functions of rooms' `actions` that a view calls, itself or through functions of its own module."""
    return set(_verbs(inspect.unwrap(view), set()))


def _verbs(function: Any, seen: set[Any]) -> Iterator[str]:
    seen.add(function)
    for named in _mentioned(function):
        if not inspect.isfunction(named):
            continue
        if ".actions" in named.__module__:
            yield f"{named.__module__.split('.')[1]}.{named.__name__}"
        elif named.__module__ == function.__module__ and named not in seen:
            yield from _verbs(named, seen)


def _mentioned(function: Any) -> Iterator[Any]:
    """What the names and the dotted names in a function stand for."""
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
        if isinstance(node, ast.Name):
            yield function.__globals__.get(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = function.__globals__.get(node.value.id)
            yield getattr(module, node.attr, None) if inspect.ismodule(module) else None
