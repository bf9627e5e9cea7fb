"""Deciding a case: the form, what it would come to with both letters, and the decision itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, flash, make_response, render_template, request

from campus.accounts.guard import viewer
from campus.moderation import actions
from campus.moderation.forms.deciding import DecisionForm
from campus.moderation.kinds import UNDECIDED, CaseState
from campus.moderation.queries.offering import narrower_audiences, photos_of
from campus.moderation.seats import seat_of
from campus.moderation.views.cases import A_CASE, WORDS
from campus.moderation.views.scoped import case_at, page, url_of
from campus.platform import clock
from campus.platform.errors import CampusError, Conflict, Invalid
from campus.platform.htmx import go_to

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campus.moderation.desks import Desk
    from campus.moderation.kinds import DecisionDraft
    from campus.moderation.models import Case
    from campus.posts.models import Photo


@page(f"{A_CASE}/decide", "GET")
def ask(slug: str | None, case_id: int) -> Response:
    """The form of a decision; for a case that is decided or somebody else's there is none."""
    desk, case = case_at(slug, case_id)
    if case.state not in UNDECIDED or (case.state is CaseState.CLAIMED and case.claimed_by != viewer().id):
        return go_to(url_of(desk, case_id))
    form, photos = _form(case)
    return _asked(desk, case, form, photos)


@page(f"{A_CASE}/decide/review", "POST")
def review(slug: str | None, case_id: int) -> Response:
    """What the decision in the form would come to; with `edit`, the form once more. What is refused comes back with its words."""
    desk, case = case_at(slug, case_id)
    form, photos = _form(case)
    if "edit" in request.form:
        return _asked(desk, case, form, photos)
    try:
        return _confirm(desk, case, form, form.draft())
    except Invalid as error:
        form.refuse(error)
        return _asked(desk, case, form, photos, error=error)


@page(f"{A_CASE}/decide", "POST")
def decide(slug: str | None, case_id: int) -> Response:
    """Decide. Who was not fast enough gets her words back, and the way to the case as it is now."""
    desk, case = case_at(slug, case_id)
    form, photos = _form(case)
    try:
        actions.decide(viewer=viewer(), case_id=case_id, draft=form.draft(), now=clock.now())
    except (Conflict, Invalid) as error:
        form.refuse(error)
        return _asked(desk, case, form, photos, error=error)
    flash("Decided. Those concerned are told.")
    return go_to(url_of(desk, case_id))


def _form(case: Case) -> tuple[DecisionForm, Sequence[Photo]]:
    form, photos = DecisionForm(), photos_of(case)
    form.offer(seat_of(viewer()), case, photos, narrower_audiences(case))
    return form, photos


def _asked(desk: Desk, case: Case, form: DecisionForm, photos: Sequence[Photo], *, error: CampusError | None = None) -> Response:
    context = {"url": url_of(desk, case.id), "words": WORDS, "overtaken": isinstance(error, Conflict)}
    answer = render_template("moderation/decide.html", desk=desk, case=case, form=form, photos=photos, **context)
    return make_response(answer, error.status if error else 200)


def _confirm(desk: Desk, case: Case, form: DecisionForm, draft: DecisionDraft) -> Response:
    """Everything it would do, and what would be written to whom."""
    me, now = viewer(), clock.now()
    weighed = actions.consequences(viewer=me, case_id=case.id, draft=draft)
    both = actions.letters(viewer=me, case_id=case.id, draft=draft, now=now)
    context = {"url": url_of(desk, case.id), "weighed": weighed, "letters": both, "sent": _sent()}
    return make_response(render_template("moderation/confirm.html", desk=desk, case=case, form=form, **context))


def _sent() -> list[tuple[str, str]]:
    """Everything that was chosen, to be sent once more with the confirmation."""
    return [(name, value) for name, value in request.form.items(multi=True) if name not in {"csrf_token", "edit"}]
