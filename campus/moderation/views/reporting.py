"""Reporting: a dialog, and the same as a page, for posts, photos, comments, people and organizations; and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, Response, flash, make_response, render_template, request

from campus import quotas
from campus.accounts.guard import sign_in_required, viewer
from campus.follows import actions as follows
from campus.follows.queries import visible_person
from campus.moderation import actions, targets
from campus.moderation.forms.reporting import MEANING, ReportForm
from campus.moderation.kinds import Target, TargetKind
from campus.moderation.queries.mine import reports_of, standing
from campus.moderation.views.opening import may_moderate
from campus.moderation.wording import AFTER_A_REPORT, CATEGORIES, KINDS
from campus.organizations.queries import by_slug
from campus.platform import clock, limits
from campus.platform.db import transaction
from campus.platform.errors import CampusError
from campus.platform.htmx import go_to, page_or_block, wants_fragment
from campus.posts.queries import card
from campus.profiles.paging import number

if TYPE_CHECKING:
    from campus.moderation.targets import Facts
    from campus.posts.cards import PhotoView

blueprint = Blueprint("reporting", __name__)

REPORTS = 20


@blueprint.get("/posts/<int:post_id>/report")
@sign_in_required
def post(post_id: int) -> Response:
    """What is wrong with a post; `?photo=` for one photo of it."""
    return _asked(_of_post(post_id))


@blueprint.post("/posts/<int:post_id>/report")
@sign_in_required
def report_post(post_id: int) -> Response:
    """Report it."""
    return _sent(_of_post(post_id))


@blueprint.get("/comments/<int:comment_id>/report")
@sign_in_required
def comment(comment_id: int) -> Response:
    """What is wrong with a comment."""
    return _asked(Target(TargetKind.COMMENT, comment_id))


@blueprint.post("/comments/<int:comment_id>/report")
@sign_in_required
def report_comment(comment_id: int) -> Response:
    """Report it."""
    return _sent(Target(TargetKind.COMMENT, comment_id))


@blueprint.get("/u/<handle>/report")
@sign_in_required
def person(handle: str) -> Response:
    """What is wrong with a person."""
    return _asked(Target(TargetKind.USER, visible_person(viewer().id, handle).id))


@blueprint.post("/u/<handle>/report")
@sign_in_required
def report_person(handle: str) -> Response:
    """Report her."""
    return _sent(Target(TargetKind.USER, visible_person(viewer().id, handle).id))


@blueprint.get("/o/<slug>/report")
@sign_in_required
def organization(slug: str) -> Response:
    """What is wrong with an organization."""
    return _asked(Target(TargetKind.ORGANIZATION, by_slug(slug).id))


@blueprint.post("/o/<slug>/report")
@sign_in_required
def report_organization(slug: str) -> Response:
    """Report it."""
    return _sent(Target(TargetKind.ORGANIZATION, by_slug(slug).id))


@blueprint.get("/reports")
@sign_in_required
def mine() -> Response:
    """What she reported, and what came of it."""
    before = number(request.args["before"]) if "before" in request.args else None
    found = reports_of(viewer().id, before=before, limit=REPORTS + 1)
    next_url = f"/reports?before={found[REPORTS - 1].id}" if len(found) > REPORTS else None
    words = {"categories": CATEGORIES, "kinds": KINDS}
    return page_or_block("moderation/reports.html", "reports", reports=found[:REPORTS], next_url=next_url, **words)


def _of_post(post_id: int) -> Target:
    """The post, or the photo of it that the address names."""
    position = request.args.get("photo", type=int)
    return targets.photo_at(viewer().id, post_id, position) if position else Target(TargetKind.POST, post_id)


@dataclass(frozen=True, slots=True)
class Reportable:
    """A thing as its reporter sees it: its name in words, the photos to choose from, and whom she can keep away from.

    An official post is signed by its organization: who wrote it is not told, and it is the organization that can be muted.
    """

    facts: Facts
    name: str
    person_id: int | None
    photos: tuple[PhotoView, ...] = ()


def _reportable(target: Target) -> Reportable:
    """The thing, looked up through the viewer.

    Raises:
        TargetNotFound: there is none for her.
        YourOwn: it is hers.
    """
    me = viewer().id
    found = targets.visible(me, target)
    if found.author_id == me:
        raise actions.YourOwn("You cannot report what is yours. You can change or delete it.")
    if target.kind not in {TargetKind.POST, TargetKind.PHOTO}:
        return Reportable(found, found.name, found.author_id)
    shown = card(me, found.post_id or 0)
    whole = target.kind is TargetKind.POST
    photos = tuple(photo for photo in shown.photos if photo.is_ready) if whole else ()
    name = f"{'a post' if whole else 'a photo'} by {shown.signature}"
    return Reportable(found, name, None if shown.official else found.author_id, photos)


def _asked(target: Target) -> Response:
    thing = _reportable(target)
    return _shown(thing, _form(thing))


def _sent(target: Target) -> Response:
    """Report, and keep her away from it if she wishes; what is refused comes back with its words."""
    me, now = viewer(), clock.now()
    thing = _reportable(target)
    form = _form(thing)
    try:
        with transaction():
            actions.report(viewer=me, target=target, draft=form.draft(), now=now)
            _keep_away(form, thing)
    except CampusError as error:
        if error.status == 404:  # noqa: PLR2004 - gone meanwhile
            raise
        form.refuse(error)
        answer = _shown(thing, form, again=True)
        answer.status_code = error.status
        answer.headers.update(error.headers)
        return answer
    if wants_fragment():
        return make_response(render_template("moderation/_reported.html", sentence=AFTER_A_REPORT))
    flash(AFTER_A_REPORT)
    return go_to("/reports")


def _form(thing: Reportable) -> ReportForm:
    form = ReportForm()
    form.offer(thing.facts, [photo.position for photo in thing.photos], standing(viewer().id, thing.facts.target))
    return form


def _shown(thing: Reportable, form: ReportForm, *, again: bool = False) -> Response:
    """The page, or for htmx the dialog, or only its form when it comes back."""
    me = viewer().id
    page, dialog, part = "moderation/report.html", "moderation/_report.html", "moderation/_report_form.html"
    answer = render_template(
        (part if again else dialog) if wants_fragment() else page,
        thing=thing,
        form=form,
        meaning=MEANING,
        earlier=standing(me, thing.facts.target),
        quota=limits.usage(quotas.REPORTS, me, now=clock.now()),
        here=request.full_path.rstrip("?"),
        moderate=_moderate(thing.facts),
    )
    response = make_response(answer)
    response.vary.add("HX-Request")
    return response


def _moderate(facts: Facts) -> str | None:
    """Where she opens the case herself, instead of reporting to herself; None where that is not hers."""
    whose = None if facts.target.kind is TargetKind.ORGANIZATION else facts.organization_id
    if not may_moderate(facts.author_id, whose):
        return None
    return request.full_path.rstrip("?").replace(request.path, f"{request.path.removesuffix('/report')}/moderate", 1)


def _keep_away(form: ReportForm, thing: Reportable) -> None:
    """Mute or block whoever it is by, if she ticked that."""
    me, now, person_id, organization_id = viewer().id, clock.now(), thing.person_id, thing.facts.organization_id
    if form.mute.data and person_id is not None:
        follows.mute(viewer_id=me, user_id=person_id, now=now)
    elif form.mute.data and organization_id is not None:
        follows.mute(viewer_id=me, organization_id=organization_id, now=now)
    if form.block.data and person_id is not None:
        follows.block(viewer_id=me, user_id=person_id, now=now)
