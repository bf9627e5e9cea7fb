"""The pages of people and organizations, and the page to find them by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from campus.accounts.guard import public, sign_in_required, viewer
from campus.follows import queries as follows
from campus.follows.models import FollowStatus
from campus.interactions.queries import dress
from campus.organizations import queries as organizations
from campus.platform import settings
from campus.platform.htmx import page_or_block
from campus.platform.keys import number, pair, read_moment
from campus.posts.queries import newest_by_author, newest_by_organization
from campus.posts.reading import reader_id
from campus.profiles import queries, site_page
from campus.profiles.paging import key_after

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from flask import Flask, Response

    from campus.accounts.models import User
    from campus.interactions.queries import FullCard
    from campus.organizations.models import Department, Organization
    from campus.posts.cards import PostCard

blueprint = Blueprint("profiles", __name__)

POSTS = 10
PEOPLE = 30
ORGANIZATIONS = 12


def init_app(app: Flask) -> None:
    """Give the application these pages."""
    app.register_blueprint(blueprint)
    app.register_blueprint(site_page.blueprint)


@blueprint.get("/u/<handle>")
@sign_in_required
def person(handle: str) -> Response:
    """A person, and what she signs that the viewer may see. Suspended, or having blocked the viewer, she does not exist."""
    me, found = viewer().id, follows.visible_person(viewer().id, handle)
    page = newest_by_author(me, found.id, _before(), POSTS + 1)
    shown, next_url = _shown(me, page, f"/u/{found.handle}")
    return page_or_block("profiles/person.html", "cards", person=queries.person_page(me, found), cards=shown, next_url=next_url)


@blueprint.get("/u/<handle>/followers")
@sign_in_required
def followers(handle: str) -> str:
    """Who follows a person, the latest first; on one's own page also who asks to."""
    me, found = viewer().id, queries.with_open_lists(viewer().id, handle)
    people, before = follows.followers(me, found.id, _number("before"), PEOPLE)
    asking: list[follows.Person] = []
    if me == found.id and "before" not in request.args:
        asking, _ = follows.followers(me, me, limit=PEOPLE, status=FollowStatus.REQUESTED)
    title = "Your followers" if me == found.id else f"Followers of {found.name}"
    return _people(found, title, "followers", people=people, before=before, requests=asking)


@blueprint.get("/u/<handle>/following")
@sign_in_required
def following(handle: str) -> str:
    """Whom a person follows, the latest first, and which organizations."""
    me, found = viewer().id, queries.with_open_lists(viewer().id, handle)
    people, before = follows.following(me, found.id, _number("before"), PEOPLE)
    followed = follows.followed_organizations(found.id) if "before" not in request.args else []
    title = "You follow" if me == found.id else f"{found.name} follows"
    return _people(found, title, "following", people=people, before=before, organizations=followed)


@blueprint.get("/o/<slug>")
@public
def organization(slug: str) -> Response:
    """An organization, and what it publishes that the viewer may see; where public pages are on, a visitor as well."""
    reader, found = reader_id(), organizations.by_slug(slug)
    page = newest_by_organization(reader, found.id, None, _before(), POSTS + 1)
    return _posts(reader, found, page)


@blueprint.get("/o/<slug>/d/<department>")
@public
def department(slug: str, department: str) -> Response:
    """A department of a university, and what is published there; for whom `organization` is."""
    reader, found = reader_id(), organizations.by_slug(slug)
    place = organizations.department_by_slug(found.id, department)
    page = newest_by_organization(reader, found.id, place.id, _before(), POSTS + 1)
    return _posts(reader, found, page, place)


@blueprint.get("/o/<slug>/people")
@sign_in_required
def people(slug: str) -> str:
    """Who belongs to an organization, by name: for its members. People behind a block are left out."""
    me, found = viewer().id, organizations.by_slug(slug)
    members, after = queries.members(me, found, _number("after"), PEOPLE)
    next_url = f"/o/{found.slug}/people?after={after}" if after else None
    return _tab(me, found, "people", people=members, next_url=next_url)


@blueprint.get("/o/<slug>/about")
@public
def about(slug: str) -> str:
    """What an organization says about itself, and its departments; for whom `organization` is."""
    return _tab(reader_id(), organizations.by_slug(slug), "about")


@blueprint.get("/explore")
@sign_in_required
def explore() -> str:
    """Organizations, those with the most members first, and on the first page what is new and liked in public."""
    me, after = viewer().id, request.args.get("after")
    found, key = organizations.listing(pair(after) if after else None, ORGANIZATIONS)
    more = {} if after else {"cards": dress(me, queries.popular_photos(me)), "people": follows.suggestions(me, 6)}
    more_url = f"/explore?after={key[0]}-{key[1]}" if key else None
    return render_template("profiles/explore.html", organizations=found, more_url=more_url, next_url=None, **more)


def _people(found: User, title: str, kind: str, *, before: int | None, **lists: Sequence[object]) -> str:
    path = f"/u/{found.handle}"
    next_url = f"{path}/{kind}?before={before}" if before else None
    context: dict[str, Sequence[object]] = {"requests": [], "organizations": []} | lists
    return render_template("profiles/people.html", title=title, next_url=next_url, back_url=path, **context)


def _posts(reader: int, found: Organization, page: list[PostCard], place: Department | None = None) -> Response:
    shown, next_url = _shown(reader, page, f"/o/{found.slug}{f'/d/{place.slug}' if place else ''}")
    context = _head(reader, found) | {"tab": "posts", "people": [], "department": place}
    return page_or_block("profiles/organization.html", "cards", cards=shown, next_url=next_url, **context)


def _tab(reader: int, found: Organization, tab: str, *, people: Sequence[object] = (), next_url: str | None = None) -> str:
    context = _head(reader, found) | {"tab": tab, "people": people, "next_url": next_url, "cards": [], "department": None}
    return render_template("profiles/organization.html", **context)


def _head(reader: int, found: Organization) -> dict[str, object]:
    may_sign_up = settings.current().registration in site_page.SIGNING_UP
    return {"organization": queries.organization_page(reader, found), "may_sign_up": may_sign_up}


def _shown(viewer_id: int, page: list[PostCard], path: str) -> tuple[list[FullCard], str | None]:
    """The cards of a page, dressed, and the address of the next one. `page` holds one card more if there is a next one."""
    key = key_after(page, POSTS)
    return dress(viewer_id, page[:POSTS]), f"{path}?before={key}" if key else None


def _before() -> tuple[datetime, int] | None:
    return read_moment(request.args.get("before"))


def _number(name: str) -> int | None:
    return number(request.args[name]) if name in request.args else None
