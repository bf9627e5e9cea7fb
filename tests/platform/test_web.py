"""The frame of every answer: headers, hosts, static files, health."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.platform import health
from campus.platform.clock import now

if TYPE_CHECKING:
    import pytest
    from flask import Flask

    from tests.conftest import Client


def test_every_page_carries_the_strict_headers(client: Client) -> None:
    headers = client.get("/livez").headers
    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        "font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert len(headers["X-Request-ID"]) == 16


def test_a_page_is_kept_by_nobody_but_its_viewer(client: Client) -> None:
    answer = client.get("/nothing-here")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert {"Cookie", "HX-Request"} <= set(answer.vary)


def test_a_forged_host_is_refused_and_repeated_nowhere(client: Client) -> None:
    answer = client.get("/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "evil.example" not in answer.text


def test_htmx_comes_from_its_package(client: Client) -> None:
    with client.get("/static/vendor/htmx.min.js") as answer:
        assert answer.status_code == 200
        assert b"htmx" in answer.data[:200]
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_static_address_changes_with_its_content(app: Flask) -> None:
    with app.test_request_context():
        assert len(app.url_for("static", filename="vendor/htmx.min.js").partition("?v=")[2]) == 12
        assert app.url_for("static", filename="missing.js") == "/static/missing.js"


def test_livez_answers_without_anything(client: Client) -> None:
    answer = client.get("/livez")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_readyz_is_content_while_the_worker_beats(client: Client) -> None:
    health.beat(now=now())
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"ready": True, "failing": []})


def test_readyz_names_only_the_part_that_fails(client: Client) -> None:
    health.beat(now=now() - health.SILENCE * 2)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"ready": False, "failing": ["worker"]})


def test_readyz_waits_for_no_part_longer_than_its_patience(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise OSError("no space left")

    health.beat(now=now())
    monkeypatch.setattr(health, "PARTS", {**health.PARTS, "media": broken})
    assert client.get("/readyz").json == {"ready": False, "failing": ["media"]}


def test_a_part_of_a_form_without_a_name_is_refused(client: Client) -> None:
    named = b'--x\r\nContent-Disposition: form-data; name="a\x03%0D\xf3"\r\n\r\n1\r\n'
    part = named + b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--\r\n"
    answer = client.post("/login", data=part, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 422
