"""The audit log to read: `/admin/audit` for the site's administrators, `/o/<slug>/manage/audit` for an organization's managers.

Both stand here, not with the pages they are reached from: they are one page in two scopes (`desks`), and whatever is below the
two rooms of those pages knows no people to name. `campus.audit` itself stays below people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, render_template, request, stream_with_context

from campus.accounts.guard import administrators_only, sign_in_required, viewer
from campus.audit import export
from campus.audit.queries import listing, verify
from campus.moderation import trail
from campus.moderation.desks import MANAGING, of_organization, of_the_site
from campus.moderation.forms.trail import TrailForm
from campus.platform import clock
from campus.platform.errors import Invalid
from campus.platform.htmx import page_or_block
from campus.platform.keys import number

if TYPE_CHECKING:
    from campus.audit.queries import Filter
    from campus.moderation.desks import Desk

blueprint = Blueprint("audit", __name__)

ENTRIES = 50


@blueprint.get("/admin/audit")
@administrators_only
def site() -> Response:
    """What was done on the site, the latest first."""
    return _page(of_the_site(viewer()))


@blueprint.get("/admin/audit.csv")
@administrators_only
def site_csv() -> Response:
    """The same as a file, the oldest first."""
    return _download(of_the_site(viewer()))


@blueprint.get("/admin/audit/verify")
@administrators_only
def site_verify() -> Response:
    """Whether the log is as it was written: the whole chain is read, when somebody asks."""
    desk = of_the_site(viewer())
    broken, checked_at = list(verify()), clock.now()
    return page_or_block("moderation/verify.html", "result", desk=desk, broken=broken, checked_at=checked_at)


@blueprint.get("/o/<slug>/manage/audit")
@sign_in_required
def organization(slug: str) -> Response:
    """What was done in an organization, the latest first."""
    return _page(of_organization(viewer(), slug, roles=MANAGING))


@blueprint.get("/o/<slug>/manage/audit.csv")
@sign_in_required
def organization_csv(slug: str) -> Response:
    """The same as a file, the oldest first."""
    return _download(of_organization(viewer(), slug, roles=MANAGING))


def _page(desk: Desk) -> Response:
    form = TrailForm(request.args, desk)
    try:
        wanted = form.wanted()
    except Invalid as error:
        form.refuse(error)
        return make_response(_rendered(desk, form, [], None), error.status)
    before = number(request.args["before"]) if "before" in request.args else None
    found = listing(wanted, before=before, limit=ENTRIES + 1)
    next_url = _url(desk.log, form, before=found[ENTRIES - 1].seq) if len(found) > ENTRIES else None
    context = {"desk": desk, "form": form, "lines": trail.lines(found[:ENTRIES]), "next_url": next_url}
    return page_or_block("moderation/audit.html", "entries", csv_url=_url(f"{desk.log}.csv", form), **context)


def _rendered(desk: Desk, form: TrailForm, lines: list[trail.Line], next_url: str | None) -> str:
    return render_template("moderation/audit.html", desk=desk, form=form, lines=lines, next_url=next_url, csv_url=None)


def _download(desk: Desk) -> Response:
    """The file, line by line: however long the log is, it is never in memory.

    Raises:
        Invalid: a filter that means nothing.
    """
    wanted: Filter = TrailForm(request.args, desk).wanted()
    name = f"audit-{desk.organization.slug if desk.organization else 'site'}-{clock.now():%Y-%m-%d}.csv"
    answer = Response(stream_with_context(export.lines(wanted)), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _url(path: str, form: TrailForm, **more: int) -> str:
    """This address with the filters that are set."""
    query = urlencode(form.chosen() | more)
    return f"{path}?{query}" if query else path
