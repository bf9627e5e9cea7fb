"""The list of what the application consists of.

Apart from `campus` itself, so that a program made of a few modules (the photo child, the supervisor) loads those and no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask
from flask_migrate import Migrate

from campus import cli
from campus.accounts import models as accounts
from campus.accounts import views as accounts_views
from campus.accounts.actions import set_invitations, set_known_domain
from campus.admin import models as admin
from campus.admin import views as admin_views
from campus.api import cors, documentation, rest
from campus.api import models as api
from campus.api.graphql import views as graphql_views
from campus.audit import models as audit
from campus.digest import models as digest
from campus.feed import models as feed
from campus.feed import views as feed_views
from campus.follows import models as follows
from campus.follows import views as follows_views
from campus.interactions import models as interactions
from campus.interactions import views as interactions_views
from campus.moderation import figures
from campus.moderation import models as moderation
from campus.moderation import views as moderation_views
from campus.notifications import models as notifications
from campus.notifications import views as notifications_views
from campus.organizations import models as organizations
from campus.organizations import views as organizations_views
from campus.organizations.book import invitation_book
from campus.organizations.queries import knows_domain
from campus.platform import db, gauges, health, limits, logs, outbox, schedule, settings, web
from campus.portraits import views as portraits_views
from campus.posts import models as posts
from campus.posts import views as posts_views
from campus.profiles import views as profiles_views
from campus.rights import models as rights
from campus.rights import views as rights_views
from campus.schedule import TASKS
from campus.search import models as search
from campus.search import views as search_views

if TYPE_CHECKING:
    from pathlib import Path

    from campus.platform.settings import Settings

MODELS = (
    outbox,
    limits,
    health,
    audit,
    accounts,
    organizations,
    follows,
    posts,
    interactions,
    notifications,
    feed,
    digest,
    search,
    moderation,
    rights,
    admin,
    api,
)


def create_app(config: Settings, root: Path) -> Flask:
    """The application for these settings. `root` holds templates/, static/ and migrations/."""
    settings.configure(config)
    logs.configure(config)
    app = Flask("campus", template_folder=str(root / "templates"), static_folder=str(root / "static"))
    app.config["SECRET_KEY"] = config.secret_key
    db.init_app(app, config)
    Migrate(app, db.db, directory=str(root / "migrations"), compare_type=True)
    web.init_app(app, config)
    accounts_views.init_app(app)
    set_known_domain(knows_domain)
    set_invitations(invitation_book)
    posts_views.init_app(app)
    organizations_views.init_app(app)
    portraits_views.init_app(app)
    follows_views.init_app(app)
    interactions_views.init_app(app)
    profiles_views.init_app(app)
    search_views.init_app(app)
    feed_views.init_app(app)
    notifications_views.init_app(app)
    moderation_views.init_app(app)
    rights_views.init_app(app)
    admin_views.init_app(app)
    rest.init_app(app)
    app.register_blueprint(documentation.blueprint)
    cors.init_app(app)
    graphql_views.init_app(app)
    schedule.set_tasks(TASKS)
    gauges.register(figures.OPEN_CASES)
    cli.register(app)
    return app
