"""Errors as pages, fragments and problem+json: each with a way out, and nothing said about what is hidden."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Blueprint, request
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import ServiceUnavailable

from campus.platform import errors
from campus.platform.clock import now
from campus.platform.db import session
from campus.platform.limits import Period, Quota, QuotaExceeded
from tests import servers as test_servers
from tests.conftest import Client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from werkzeug.test import TestResponse

    from campus.platform.embedded import Endpoints

POSTS = Quota("posts", 20, Period.DAY)
doors = Blueprint("doors", __name__)


class Bespoke(errors.Conflict):
    title = "Somebody was faster"


def refused(status: int) -> Exception:
    kinds: dict[int, Exception] = {
        401: errors.AuthenticationRequired(),
        403: errors.Forbidden("Only its author may do that."),
        404: errors.NotFound("Post 7 is hidden from you."),
        409: Bespoke(),
        422: errors.Invalid("The title is too long.", field="title"),
        429: QuotaExceeded(POSTS, used=20, limit=20, resets_at=now() + timedelta(seconds=90)),
    }
    return kinds[status]


@doors.route("/raise/<int:status>", methods=["GET", "POST"])
@doors.route("/api/raise/<int:status>/", methods=["GET"])
def campus(status: int) -> str:
    raise refused(status)


@doors.route("/bug")
def bug() -> str:
    raise ZeroDivisionError("a secret")


@doors.route("/late/<path:_what>")
def late(_what: str) -> str:
    raise ServiceUnavailable


@doors.route("/away")
def away() -> str:
    raise OperationalError("SELECT 1", {}, Exception("server closed"), connection_invalidated=True)


@doors.post("/lost")
def lost() -> str:
    raise OperationalError("COMMIT", {}, Exception("server closed"), connection_invalidated=True)


@doors.route("/mistake")
def mistake() -> str:
    session.execute(text("SELECT no_such_column"))
    return ""


@doors.route("/form", methods=["POST"])
def form() -> str:
    return str(len(request.form["text"]))


@pytest.fixture(scope="module")
def app(servers: Endpoints, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application that answers its own bugs, as in production, and has doors that fail."""
    made = test_servers.application(servers, Path(tmp_path_factory.mktemp("var")))
    made.config["PROPAGATE_EXCEPTIONS"] = False
    made.register_blueprint(doors)
    made.test_client_class = Client
    yield made
    test_servers.let_go(made)


@pytest.mark.parametrize("status", [403, 404, 409, 422, 429])
def test_a_page_and_a_fragment_say_what_happened(client: Client, status: int) -> None:
    page, fragment = client.get(f"/raise/{status}"), client.fragment(f"/raise/{status}")
    assert page.status_code == fragment.status_code == status
    assert "<html" in page.text
    assert "<html" not in fragment.text


def test_the_named_error_speaks_for_itself(client: Client) -> None:
    assert "Somebody was faster" in client.get("/raise/409").text


def test_denied_looks_like_missing(client: Client) -> None:
    denied, missing = client.get("/raise/404"), client.get("/never/was")
    assert denied.status_code == missing.status_code == 404
    told = [answer.text.replace(answer.headers["X-Request-ID"], "") for answer in (denied, missing)]
    assert told[0] == told[1]
    different = {name for name in dict(denied.headers) if denied.headers.get(name) != missing.headers.get(name)}
    assert different <= {"X-Request-ID", "Content-Length"}


def test_nobody_signed_in_goes_to_the_sign_in_page_and_back(client: Client) -> None:
    answer = client.get("/raise/401?page=2")
    assert (answer.status_code, answer.location) == (303, "/login?next=%2Fraise%2F401%3Fpage%3D2")


def test_a_fragment_asks_the_browser_to_go_there(client: Client) -> None:
    answer = client.get("/raise/401", headers={"HX-Request": "true", "Referer": "http://localhost/o/northbridge"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/login?next=%2Fo%2Fnorthbridge")


def test_a_program_is_told_401(client: Client) -> None:
    answer = client.get("/api/raise/401/")
    assert (answer.status_code, answer.json) == (401, {"error": "Authentication required"})


def test_a_program_reads_problem_json(client: Client) -> None:
    answer = client.get("/api/raise/422/")
    assert answer.mimetype == "application/problem+json"
    told = answer.json or {}
    assert told["status"] == answer.status_code == 422
    assert told["error"] == told["detail"] == "The title is too long."
    assert told["field"] == "title"


def test_used_up_says_when_it_goes_on(client: Client) -> None:
    answer = client.get("/raise/429")
    assert answer.headers["RateLimit-Limit"] == "20"
    assert answer.headers["RateLimit-Remaining"] == "0"
    assert 85 <= int(answer.headers["Retry-After"]) <= 90
    assert "The limit of 20 posts per day is reached." in answer.text


def test_limits_are_told_on_429_only(client: Client) -> None:
    assert not [name for name, _ in client.get("/livez").headers if name.startswith(("RateLimit", "Retry"))]


def test_a_bug_shows_its_number_and_nothing_else(client: Client) -> None:
    answer = client.get("/bug")
    assert answer.status_code == 500
    assert answer.headers["X-Request-ID"] in answer.text
    assert "secret" not in answer.text


def test_a_wrong_statement_is_a_bug_of_ours(client: Client) -> None:
    assert client.get("/mistake").status_code == 500


def test_the_database_away_is_503_on_a_page_that_does_not_ask_it(client: Client) -> None:
    answer = client.get("/away")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "10"
    assert answer.headers["X-Request-ID"] in answer.text


def ways_on(answer: TestResponse) -> list[tuple[str, str]]:
    """The links of an error page: where they lead, and what they say."""
    page = answer.text.partition("<main")[2].partition("</main>")[0]
    found = re.findall(r'<a class="button[^"]*"\s+href="([^"]*)">(.*?)</a>', page, re.DOTALL)
    return [(href, re.sub(r"<.*?>", "", label, flags=re.DOTALL).strip()) for href, label in found]


HOME = ("/", "Go to the home feed")


@pytest.mark.parametrize(
    ("address", "again"),
    [
        ("/bug?q=a+b&page=2", "/bug?q=a+b&amp;page=2"),
        ("/away", "/away"),
        ("/raise/429?q=%C3%A4", "/raise/429?q=%C3%A4"),
        ("/late/%5Cevil.example/%C3%A4%3F", "/late/%5Cevil.example/%C3%A4%3F"),
        ("/raise/409", None),
    ],
)
def test_what_may_be_over_in_a_moment_is_read_again_by_a_link(client: Client, address: str, again: str | None) -> None:
    assert ways_on(client.get(address)) == ([(again, "Try again")] if again else []) + [HOME]


@pytest.mark.parametrize("address", ["/lost", "/raise/429"])
def test_what_was_written_is_not_repeated_by_a_link(client: Client, address: str) -> None:
    answer = client.post(address, headers={"Referer": "http://localhost/posts/new?o=1"})
    assert ways_on(answer) == [("/posts/new?o=1", "Back to where you were"), HOME]
    assert ("look before you send it again" in answer.text) is (address == "/lost")
    assert ways_on(client.post(address, headers={"Referer": "http://elsewhere.example/posts/new"})) == [HOME]


def test_a_method_that_is_not_there(client: Client) -> None:
    answer = client.post("/bug")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_a_body_too_large(client: Client) -> None:
    assert client.post("/form", data={"text": "x" * 3_000_000}).status_code == 413
    assert client.post("/form", data={"text": "x" * 1_000_000}).text == "1000000"


@pytest.mark.parametrize("address", ["/?q=%00", "/%00", "/?q=%ff", "/u/%ed%a0%80", "/?%00=1"])
def test_an_address_that_cannot_be_read_is_refused(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code in {400, 404}
    assert "<html" in answer.text


def test_text_that_cannot_be_stored_is_refused(client: Client) -> None:
    answer = client.post("/form", data={"text": "a\0b"})
    assert answer.status_code == 422
    assert "cannot be stored" in answer.text


def test_a_form_without_its_token_is_refused_kindly(app: Flask, client: Client) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        answer = client.post("/form", data={"text": "hello"})
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert answer.status_code == 400
    assert "send that again" in answer.text
