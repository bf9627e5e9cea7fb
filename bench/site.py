"""The application as gunicorn serves it to the benchmark, with two addresses besides.

`/bench/keep` answers the home page and keeps, in memory, all that its template was given. `/bench/limit/<viewer>` renders that
again: the same layout, the same ten cards, the same bytes, and no database. It is what a page of cards costs in Flask and Jinja
alone, the limit that the real page is compared with.

Every answer tells how many statements it took.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import before_render_template, current_app, g, has_app_context, render_template, request
from sqlalchemy import event

import config
from bench import STATEMENTS
from campus.accounts.guard import public, sign_in_required
from campus.application import create_app
from campus.platform.db import db

if TYPE_CHECKING:
    from flask import Flask, Response

KEPT: dict[int, dict[str, Any]] = {}


@sign_in_required
def keep() -> Any:
    """The home page, kept for its viewer."""
    return current_app.view_functions["feed.home"]()


@public
def limit(viewer_id: int) -> str:
    """The page that was kept, from memory."""
    return render_template("feed/home.html", **KEPT[viewer_id])


def _keep(_app: Flask, context: dict[str, Any], **_: Any) -> None:
    if request.path == "/bench/keep":
        KEPT[context["viewer"].id] = {name: context[name] for name in ("page", "suggestions", "viewer")}


def _count(*_: Any) -> None:
    if has_app_context():
        g.statements = g.get("statements", 0) + 1


def _tell(response: Response) -> Response:
    response.headers[STATEMENTS] = str(g.get("statements", 0))
    return response


app = create_app(config.load(), config.ROOT)
app.add_url_rule("/bench/keep", view_func=keep)
app.add_url_rule("/bench/limit/<int:viewer_id>", view_func=limit)
app.after_request(_tell)
before_render_template.connect(_keep, app)
with app.app_context():
    for engine in db.engines.values():
        event.listen(engine, "before_cursor_execute", _count)
        engine.dispose()
