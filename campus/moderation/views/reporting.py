"""Reporting: a dialog, and the same as a page, for posts, photos, comments, people and organizations; and what came of it."""

from __future__ import annotations

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


def _asked(target: Target) -> Response:
    found = targets.visible(viewer().id, target)
    if found.author_id == viewer().id:
        raise actions.YourOwn("You cannot report what is yours. You can change or delete it.")
    form, photos = _form(found)
    return _shown(found, form, photos)


def _sent(target: Target) -> Response:
    """Report, and keep her away from it if she wishes; what is refused comes back with its words."""
    me, now = viewer(), clock.now()
    found = targets.visible(me.id, target)
    form, photos = _form(found)
    try:
        with transaction():
            actions.report(viewer=me, target=target, draft=form.draft(), now=now)
            _keep_away(form, found)
    except CampusError as error:
        if error.status == 404:  # noqa: PLR2004 - gone meanwhile
            raise
        form.refuse(error)
        answer = _shown(found, form, photos, again=True)
        answer.status_code = error.status
        answer.headers.update(error.headers)
        return answer
    if wants_fragment():
        return make_response(render_template("moderation/_reported.html", sentence=AFTER_A_REPORT))
    flash(AFTER_A_REPORT)
    return go_to("/reports")


def _form(found: Facts) -> tuple[ReportForm, list[PhotoView]]:
    """The form for this thing, and the photos to choose from."""
    me, form = viewer().id, ReportForm()
    whole = found.target.kind is TargetKind.POST
    photos = [photo for photo in card(me, found.target.id).photos if photo.is_ready] if whole else []
    form.offer(found, [photo.position for photo in photos], standing(me, found.target))
    return form, photos


def _shown(found: Facts, form: ReportForm, photos: list[PhotoView], *, again: bool = False) -> Response:
    """The page, or for htmx the dialog, or only its form when it comes back."""
    me = viewer().id
    page, dialog, part = "moderation/report.html", "moderation/_report.html", "moderation/_report_form.html"
    answer = render_template(
        (part if again else dialog) if wants_fragment() else page,
        facts=found,
        form=form,
        photos=photos,
        meaning=MEANING,
        earlier=standing(me, found.target),
        quota=limits.usage(quotas.REPORTS, me, now=clock.now()),
        here=request.full_path.rstrip("?"),
        about_a_person=found.author_id is not None and found.author_id != me,
    )
    response = make_response(answer)
    response.vary.add("HX-Request")
    return response


def _keep_away(form: ReportForm, found: Facts) -> None:
    """Mute or block whoever it is by, if she ticked that."""
    me, now, author = viewer().id, clock.now(), found.author_id
    if form.mute.data and author is not None:
        follows.mute(viewer_id=me, user_id=author, now=now)
    elif form.mute.data:
        follows.mute(viewer_id=me, organization_id=found.organization_id, now=now)
    if form.block.data and author is not None:
        follows.block(viewer_id=me, user_id=author, now=now)
