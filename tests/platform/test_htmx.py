"""Page or fragment, and ways back that stay on this site."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from campus.platform.htmx import is_local, live, redirect_back, wants_fragment

if TYPE_CHECKING:
    from flask import Flask


@pytest.mark.parametrize("url", ["/", "/posts/7", "/?cursor=abc", "/o/northbridge#about", "/login?next=%2Fx"])
def test_paths_of_this_site(url: str) -> None:
    assert is_local(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "posts/7",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil",
        "http://evil.example/",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n//evil.example",
        " /x",
        "/x y",
        "/\0",
    ],
)
def test_anything_else_leads_nowhere(url: str) -> None:
    assert not is_local(url)


def test_a_fragment_is_asked_for_by_htmx_alone(app: Flask) -> None:
    for headers, expected in (
        ({}, False),
        ({"HX-Request": "true"}, True),
        ({"HX-Request": "false"}, False),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, False),
    ):
        with app.test_request_context(headers=headers):
            assert wants_fragment() is expected


@pytest.mark.parametrize(
    ("sent", "referrer", "expected"),
    [
        ("/posts/7", "", "/posts/7"),
        ("//evil.example", "", "/home"),
        ("", "http://localhost/o/x?tab=people", "/o/x?tab=people"),
        ("", "http://evil.example/o/x", "/home"),
        ("", "http://localhost//evil.example", "/home"),
        ("", "", "/home"),
    ],
)
def test_the_way_back(app: Flask, sent: str, referrer: str, expected: str) -> None:
    with app.test_request_context(method="POST", data={"next": sent}, headers={"Referer": referrer}):
        answer = redirect_back("/home")
    assert (answer.status_code, answer.location) == (303, expected)


def test_a_fragment_is_sent_there_by_its_header(app: Flask) -> None:
    with app.test_request_context(method="POST", data={"next": "/x"}, headers={"HX-Request": "true"}):
        answer = redirect_back("/home")
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/x")


def test_what_is_spoken_is_escaped() -> None:
    assert "<b>" not in live("<b>liked</b>")
