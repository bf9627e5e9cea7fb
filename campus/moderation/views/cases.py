"""The page of a case, and what is done with it short of deciding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, flash, make_response, render_template, request

from campus.accounts.guard import viewer
from campus.media.variants import Format, fallback_width, variant_key
from campus.moderation import actions, fitting
from campus.moderation.kinds import UNDECIDED, UNDO_WITHIN, CaseState
from campus.moderation.queries.evidence import kept_file
from campus.moderation.queries.page import case_page
from campus.moderation.seats import seat_of
from campus.moderation.views.scoped import case_at, page, url_of
from campus.moderation.wording import ACTIONS, CATEGORIES, KINDS, RULES
from campus.platform import clock
from campus.platform.errors import CampusError, Conflict, Invalid
from campus.platform.htmx import go_to
from campus.platform.sending import PROTECTION, sent_file
from campus.posts.queries import PostNotFound

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable

    from campus.moderation.desks import Desk
    from campus.moderation.models import Case

A_CASE = "/cases/<int:case_id>"
WORDS = {"actions": ACTIONS, "categories": CATEGORIES, "kinds": KINDS, "rules": RULES}


@page(A_CASE, "GET")
def case(slug: str | None, case_id: int) -> Response:
    """A case with everything around it."""
    desk, _ = case_at(slug, case_id)
    return shown(desk, case_id)


@page(f"{A_CASE}/claim", "POST")
def claim(slug: str | None, case_id: int) -> Response:
    """Take it."""
    return _done(slug, case_id, lambda: actions.claim(viewer=viewer(), case_id=case_id, now=clock.now()), "The case is yours.")


@page(f"{A_CASE}/release", "POST")
def release(slug: str | None, case_id: int) -> Response:
    """Give it back."""
    return _done(slug, case_id, lambda: actions.release(viewer=viewer(), case_id=case_id), "The case is free again.")


@page(f"{A_CASE}/take-over", "POST")
def take_over(slug: str | None, case_id: int) -> Response:
    """Take it from whoever has it."""
    taken = "You have the case now."
    return _done(slug, case_id, lambda: actions.take_over(viewer=viewer(), case_id=case_id, now=clock.now()), taken)


@page(f"{A_CASE}/escalate", "POST")
def escalate(slug: str | None, case_id: int) -> Response:
    """Hand it to the site's staff: from then on it is on their desk."""
    desk, _ = case_at(slug, case_id)
    actions.escalate(viewer=viewer(), case_id=case_id, reason=request.form.get("reason", ""), now=clock.now())
    flash("The site's staff has the case now.")
    return go_to(desk.base if desk.organization else url_of(desk, case_id))


@page(f"{A_CASE}/notes", "POST")
def note(slug: str | None, case_id: int) -> Response:
    """Tell the others who handle it something."""
    text = request.form.get("text", "")
    return _written(slug, case_id, lambda: actions.add_note(viewer=viewer(), case_id=case_id, text=text, now=clock.now()))


@page(f"{A_CASE}/reopen", "POST")
def reopen(slug: str | None, case_id: int) -> Response:
    """Look at it once more."""
    reason = request.form.get("reason", "")
    return _written(slug, case_id, lambda: actions.reopen(viewer=viewer(), case_id=case_id, reason=reason, now=clock.now()))


@page(f"{A_CASE}/undo", "POST")
def undo(slug: str | None, case_id: int) -> Response:
    """Take the decision back."""
    desk, _ = case_at(slug, case_id)
    effects = actions.undo(viewer=viewer(), case_id=case_id, now=clock.now())
    flash(" ".join(["The decision is taken back.", *(effect.outcome for effect in effects if effect.outcome)]))
    return go_to(url_of(desk, case_id))


@page(f"{A_CASE}/appeal", "POST")
def decide_appeal(slug: str | None, case_id: int) -> Response:
    """Decide the appeal against somebody else's decision."""
    reason, overturn = request.form.get("reason", ""), request.form.get("outcome") == "overturned"
    if request.form.get("outcome") not in {"overturned", "upheld"}:
        return _written(slug, case_id, _no_outcome)
    verb = actions.decide_appeal
    return _written(
        slug, case_id, lambda: verb(viewer=viewer(), case_id=case_id, overturn=overturn, reason=reason, now=clock.now())
    )


@page(f"{A_CASE}/photos/<uuid:token>/<int:width>.<any(webp, jpg):extension>", "GET")
def photo(slug: str | None, case_id: int, token: uuid.UUID, width: int, extension: str) -> Response:
    """A photo as it was when it was reported, for those who handle the case."""
    case_at(slug, case_id)
    widths, full_width, full_height = kept_file(viewer(), case_id, token)
    kind = Format(extension)
    if width not in (widths if kind is Format.WEBP else [fallback_width(full_width, full_height)]):
        raise PostNotFound
    response = sent_file(variant_key(token, width, kind), kind.content_type)
    response.headers.update(PROTECTION)
    return response


def shown(desk: Desk, case_id: int, *, error: CampusError | None = None) -> Response:
    """The page; after a refusal with what was written, and why it was refused."""
    me, now = viewer(), clock.now()
    found = case_page(me, case_id)
    mine = found.case
    last = found.decisions[-1] if found.decisions else None
    stands = last is not None and last.void_at is None and mine.state in {CaseState.DECIDED, CaseState.UPHELD}
    context = {
        "may_decide": mine.state in UNDECIDED and mine.claimed_by in {None, me.id},
        "may_take_over": mine.state is CaseState.CLAIMED and mine.claimed_by != me.id and seat_of(me).site,
        "may_undo": stands and last is not None and last.at + UNDO_WITHIN >= now,
        "offered": fitting.actions_for(seat_of(me), mine),
        "error": error,
        "written": request.form,
    }
    answer = render_template("moderation/case.html", desk=desk, page=found, words=WORDS, url=url_of(desk, case_id), **context)
    return make_response(answer, error.status if error else 200)


def _done(slug: str | None, case_id: int, verb: Callable[[], Case], sentence: str) -> Response:
    """Back to the case; who was not fast enough sees who was."""
    desk, _ = case_at(slug, case_id)
    try:
        verb()
    except Conflict as error:
        return shown(desk, case_id, error=error)
    flash(sentence)
    return go_to(url_of(desk, case_id))


def _written(slug: str | None, case_id: int, verb: Callable[[], object]) -> Response:
    """Back to the case; a text that is refused comes back."""
    desk, _ = case_at(slug, case_id)
    try:
        verb()
    except (Conflict, Invalid) as error:
        return shown(desk, case_id, error=error)
    return go_to(url_of(desk, case_id))


def _no_outcome() -> None:
    raise Invalid("Choose whether the decision stands.", field="outcome")
