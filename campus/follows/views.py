"""Following, blocking, muting: a button each. Nothing is shown here; the answer leads back, or is the piece that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, render_template, request

from campus.accounts.guard import sign_in_required, viewer
from campus.follows import actions, queries, shunning
from campus.follows.models import FollowStatus
from campus.organizations.queries import by_slug
from campus.platform import clock
from campus.platform.htmx import go_to, redirect_back, render_fragment, wants_fragment
from campus.platform.keys import moment_key, number, read_moment

if TYPE_CHECKING:
    from flask import Flask, Response

    from campus.accounts.models import User
    from campus.organizations.models import Organization

blueprint = Blueprint("follows", __name__)

SHUNNED = 30


def init_app(app: Flask) -> None:
    """Give the application these buttons."""
    app.register_blueprint(blueprint)


@blueprint.post("/u/<handle>/follow")
@sign_in_required
def follow(handle: str) -> Response:
    """Follow a person, or ask to."""
    person = queries.visible_person(viewer().id, handle)
    status = actions.follow(viewer_id=viewer().id, user_id=person.id, now=clock.now())
    asked = status is FollowStatus.REQUESTED
    return _person(person, f"{person.name} decides whether you may follow." if asked else f"You follow {person.name}.")


@blueprint.post("/u/<handle>/unfollow")
@sign_in_required
def unfollow(handle: str) -> Response:
    """Stop following a person, or take the request back."""
    person = queries.visible_person(viewer().id, handle)
    actions.unfollow(viewer_id=viewer().id, user_id=person.id)
    return _person(person, f"You do not follow {person.name} any more.")


@blueprint.post("/u/<handle>/accept")
@sign_in_required
def accept(handle: str) -> Response:
    """Let a person follow the viewer."""
    person = queries.visible_person(viewer().id, handle)
    actions.accept(viewer_id=viewer().id, follower_id=person.id)
    return _answered(f"{person.name} follows you now.")


@blueprint.post("/u/<handle>/reject")
@sign_in_required
def reject(handle: str) -> Response:
    """Refuse a person's request, or let go of a follower."""
    person = queries.visible_person(viewer().id, handle)
    actions.reject(viewer_id=viewer().id, follower_id=person.id)
    return _answered(f"{person.name} does not follow you.")


@blueprint.post("/u/<handle>/block")
@sign_in_required
def block(handle: str) -> Response:
    """Have nothing to do with a person any more."""
    person = queries.visible_person(viewer().id, handle)
    actions.block(viewer_id=viewer().id, user_id=person.id, now=clock.now())
    flash(f"You and {person.name} do not see each other's posts any more.")
    return go_to(f"/u/{person.handle}")


@blueprint.post("/u/<handle>/unblock")
@sign_in_required
def unblock(handle: str) -> Response:
    """Take a block back."""
    person = queries.visible_person(viewer().id, handle)
    actions.unblock(viewer_id=viewer().id, user_id=person.id)
    flash(f"{person.name} is not blocked any more.")
    return redirect_back(f"/u/{person.handle}")


@blueprint.post("/u/<handle>/mute")
@sign_in_required
def mute(handle: str) -> Response:
    """Keep a person out of the home feed."""
    person = queries.visible_person(viewer().id, handle)
    actions.mute(viewer_id=viewer().id, user_id=person.id, now=clock.now())
    return _person(person, f"{person.name} is muted: out of your home feed.")


@blueprint.post("/u/<handle>/unmute")
@sign_in_required
def unmute(handle: str) -> Response:
    """Let a person into the home feed again."""
    person = queries.visible_person(viewer().id, handle)
    actions.unmute(viewer_id=viewer().id, user_id=person.id)
    return _person(person, f"{person.name} is not muted any more.")


@blueprint.post("/o/<slug>/follow")
@sign_in_required
def follow_organization(slug: str) -> Response:
    """Follow an organization."""
    organization = by_slug(slug)
    actions.follow(viewer_id=viewer().id, organization_id=organization.id, now=clock.now())
    return _organization(organization, f"You follow {organization.name}.")


@blueprint.post("/o/<slug>/unfollow")
@sign_in_required
def unfollow_organization(slug: str) -> Response:
    """Stop following an organization."""
    organization = by_slug(slug)
    actions.unfollow(viewer_id=viewer().id, organization_id=organization.id)
    return _organization(organization, f"You do not follow {organization.name} any more.")


@blueprint.post("/o/<slug>/mute")
@sign_in_required
def mute_organization(slug: str) -> Response:
    """Keep an organization out of the home feed."""
    organization = by_slug(slug)
    actions.mute(viewer_id=viewer().id, organization_id=organization.id, now=clock.now())
    return _organization(organization, f"{organization.name} is muted: out of your home feed.")


@blueprint.post("/o/<slug>/unmute")
@sign_in_required
def unmute_organization(slug: str) -> Response:
    """Let an organization into the home feed again."""
    organization = by_slug(slug)
    actions.unmute(viewer_id=viewer().id, organization_id=organization.id)
    return _organization(organization, f"{organization.name} is not muted any more.")


@blueprint.get("/settings/blocked")
@sign_in_required
def blocked() -> str:
    """Whom the viewer has blocked and muted, each with the way back."""
    me, muted_before = viewer().id, request.args.get("muted")
    people, key = shunning.blocked(me, read_moment(request.args.get("blocked")), SHUNNED)
    muted, last = shunning.muted(me, number(muted_before) if muted_before else None, SHUNNED)
    return render_template(
        "follows/blocked.html",
        blocked=people,
        muted=muted,
        blocked_url=f"/settings/blocked?blocked={moment_key(*key)}#blocked" if key else None,
        muted_url=f"/settings/blocked?muted={last}#muted" if last else None,
    )


def _person(person: User, sentence: str) -> Response:
    """The buttons that belong to this person, as they are now."""
    if not wants_fragment():
        flash(sentence)
        return redirect_back(f"/u/{person.handle}")
    standing = queries.standing(viewer().id, person.id)
    return render_fragment(
        "follows/_person.html", handle=person.handle, relation=standing.relation, muted=standing.muted, said=sentence
    )


def _organization(organization: Organization, sentence: str) -> Response:
    """The buttons that belong to this organization, as they are now."""
    if not wants_fragment():
        flash(sentence)
        return redirect_back(f"/o/{organization.slug}")
    me = viewer().id
    return render_fragment(
        "follows/_organization.html",
        slug=organization.slug,
        following=queries.follows_organization(me, organization.id),
        muted=queries.has_muted_organization(me, organization.id),
        said=sentence,
    )


def _answered(sentence: str) -> Response:
    """Back to the list of those who ask."""
    flash(sentence)
    return redirect_back(f"/u/{viewer().handle}/followers")
