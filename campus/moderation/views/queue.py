"""The queue of a desk: its tabs, its filters, and several cases at once."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Response, flash, make_response, render_template, request

from campus.accounts.guard import viewer
from campus.moderation import actions
from campus.moderation.forms.queue import REASONS, Bulk, BulkForm, QueueForm
from campus.moderation.kinds import Tab
from campus.moderation.queries.listing import Filters, QueuePage, queue, tab_counts
from campus.moderation.views.scoped import case_at, desk_at, page
from campus.moderation.wording import CATEGORIES, KINDS
from campus.platform import clock
from campus.platform.errors import Conflict, Invalid, NotFound
from campus.platform.htmx import go_to, page_or_block
from campus.profiles.paging import pair

if TYPE_CHECKING:
    from datetime import datetime

    from campus.moderation.desks import Desk

CASES = 20
TABS = {
    Tab.MINE: "Mine",
    Tab.UNCLAIMED: "Unclaimed",
    Tab.CLAIMED: "Claimed",
    Tab.ESCALATED: "Escalated",
    Tab.HELD: "Hidden",
    Tab.APPEALS: "Appeals",
    Tab.CLOSED: "Closed",
}


@page("", "GET")
def cases(slug: str | None) -> Response:
    """A tab of the queue, the weightiest case first."""
    desk = desk_at(slug)
    form = QueueForm(request.args, desk)
    try:
        filters = form.filters()
    except Invalid as error:
        form.refuse(error)
        return _shown(desk, form, Filters(organization_id=desk.organization_id), QueuePage((), None), error.status)
    tab = _tab(desk)
    after = pair(request.args["after"]) if "after" in request.args else None
    return _shown(desk, form, filters, queue(viewer(), tab, filters, after=after, limit=CASES, now=clock.now()))


@page("/bulk", "POST")
def bulk(slug: str | None) -> Response:
    """Do one thing with several cases; a decision is confirmed first."""
    desk, form = desk_at(slug), BulkForm()
    try:
        wanted, chosen = form.wanted(), form.chosen()
    except Invalid as error:
        flash(str(error), "error")
        return go_to(desk.base)
    mine = [case_at(slug, case_id)[1] for case_id in chosen]
    if wanted is not Bulk.CLAIM and not (form.sure.data and form.reason.data):
        form.reason.data = form.reason.data or REASONS[wanted]
        return make_response(render_template("moderation/bulk.html", desk=desk, form=form, act=wanted, cases=mine, kinds=KINDS))
    done = sum(_done(case.id, wanted, form) for case in mine)
    flash(f"{done} of {len(mine)} cases: done." if done < len(mine) else f"Done: {done} cases.", "message" if done else "error")
    return go_to(f"{desk.base}?tab={Tab.MINE}" if wanted is Bulk.CLAIM else desk.base)


def _done(case_id: int, wanted: Bulk, form: BulkForm) -> bool:
    """Whether it could be done: somebody else may have been faster, or this cannot be hidden."""
    me, now = viewer(), clock.now()
    try:
        if wanted is Bulk.CLAIM:
            actions.claim(viewer=me, case_id=case_id, now=now)
        else:
            actions.decide(viewer=me, case_id=case_id, draft=form.draft(), now=now)
    except (Conflict, Invalid, NotFound):
        return False
    return True


def _tab(desk: Desk) -> Tab:
    named = request.args.get("tab", Tab.UNCLAIMED)
    return Tab(named) if named in _tabs(desk) else Tab.UNCLAIMED


def _tabs(desk: Desk) -> dict[Tab, str]:
    """What escalates is the site's from then on."""
    return {tab: words for tab, words in TABS.items() if tab is not Tab.ESCALATED or desk.organization is None}


def _shown(desk: Desk, form: QueueForm, filters: Filters, found: QueuePage, status: int = 200) -> Response:
    me, tab, now = viewer(), _tab(desk), clock.now()
    answer = page_or_block(
        "moderation/queue.html",
        "cases",
        desk=desk,
        form=form,
        part=tab,
        tabs=_tabs(desk),
        counts=tab_counts(me, filters, now=now),
        page=found,
        next_url=_url(desk, form, tab, after=f"{found.next_key[0]}-{found.next_key[1]}") if found.next_key else None,
        last_closed=None if found.items else _last_closed(filters, now),
        urls={each: _url(desk, form, each) for each in _tabs(desk)},
        words={"categories": CATEGORIES, "kinds": KINDS},
    )
    answer.status_code = status
    return answer


def _last_closed(filters: Filters, now: datetime) -> datetime | None:
    last = queue(viewer(), Tab.CLOSED, Filters(organization_id=filters.organization_id), limit=1, now=now).items
    return last[0].closed_at if last else None


def _url(desk: Desk, form: QueueForm, tab: Tab, **more: str) -> str:
    return f"{desk.base}?{urlencode({'tab': tab.value} | form.chosen() | more)}"
