"""Who asks to join an organization, and the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, request

from campus.accounts.guard import sign_in_required, viewer
from campus.organizations import actions, roster
from campus.organizations.forms import AnswerForm, chosen_ids, department_choices
from campus.organizations.queries import departments_of
from campus.organizations.views.blueprints import here, manage, show
from campus.platform import clock
from campus.platform.keys import moment_key, read_moment

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

REQUESTS = 30


@manage.get("/requests")
@sign_in_required
def requests(slug: str) -> ResponseReturnValue:
    """Who waits, the longest first."""
    place, form = here(slug), AnswerForm(formdata=None)
    form.departments.choices = department_choices(departments_of(place.organization.id))
    people, key = roster.waiting(place.organization.id, after=read_moment(request.args.get("after")), limit=REQUESTS)
    address = f"/o/{place.organization.slug}/manage/requests"
    return show(
        "organizations/manage/requests.html",
        place,
        "requests",
        form=form,
        people=people,
        total=roster.waiting_count(place.organization.id),
        next_url=f"{address}?after={moment_key(*key)}" if key else None,
    )


@manage.post("/requests")
@sign_in_required
def answer(slug: str) -> ResponseReturnValue:
    """Approve or reject one of them, or all that are ticked."""
    place, form = here(slug), AnswerForm()
    asked = form.user_ids()
    answered = actions.answer_requests(
        viewer_id=viewer().id,
        organization_id=place.organization.id,
        user_ids=asked,
        approve=form.approves,
        kind=form.chosen_kind(),
        department_ids=chosen_ids(form.departments, departments_of(place.organization.id)),
        now=clock.now(),
    )
    flash(*_said(len(asked), len(answered), approved=form.approves))
    return redirect(f"/o/{place.organization.slug}/manage/requests", 303)


def _said(asked: int, answered: int, *, approved: bool) -> tuple[str, str]:
    if not asked:
        return "Tick the people first, then answer.", "error"
    if not answered:
        return "Somebody else was faster: this is answered already.", "error"
    people = "One person is" if answered == 1 else f"{answered} people are"
    sentence = f"{people} {'a member now' if answered == 1 else 'members now'}." if approved else f"{people} turned down."
    rest = asked - answered
    return sentence if not rest else f"{sentence} {rest} had been answered already.", "message"
