"""The list of what the application consists of.

Apart from `campus` itself, so that a program made of a few modules (the photo child, the supervisor) loads those and no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask
from flask_migrate import Migrate

from campus.accounts import models as accounts
from campus.accounts import views as accounts_views
from campus.feed import models as feed
from campus.follows import models as follows
from campus.interactions import models as interactions
from campus.organizations import models as organizations
from campus.platform import db, health, limits, logs, outbox, settings, web
from campus.posts import models as posts

if TYPE_CHECKING:
    from pathlib import Path

    from campus.platform.settings import Settings

MODELS = (outbox, limits, health, accounts, organizations, follows, posts, interactions, feed)


def create_app(config: Settings, root: Path) -> Flask:
    """The application for these settings. `root` holds templates/, static/ and migrations/."""
    settings.configure(config)
    logs.configure(config)
    app = Flask("campus", template_folder=str(root / "templates"), static_folder=str(root / "static"))
    app.config["SECRET_KEY"] = config.secret_key
    db.init_app(app, config)
    Migrate(app, db.db, directory=str(root / "migrations"), compare_type=True)
    accounts_views.init_app(app)
    web.init_app(app, config)
    return app
