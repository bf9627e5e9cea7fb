"""/admin/jobs: what workers have still to do, and what they gave up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template

from campus.accounts.forms import ConfirmForm
from campus.accounts.guard import administrators_only
from campus.admin import jobs, queries
from campus.admin.views.blueprint import before_id, blueprint, done, further
from campus.platform import clock, dead_jobs

if TYPE_CHECKING:
    from flask import Response
    from flask.typing import ResponseReturnValue

PAGE = 30


@blueprint.get("/jobs")
@administrators_only
def jobs_page() -> ResponseReturnValue:
    """Dead jobs with what they failed of, and how many wait."""
    dead = dead_jobs.listing(before=before_id(), limit=PAGE + 1)
    next_url = further("/admin/jobs", dead[PAGE - 1].id if len(dead) > PAGE else None)
    waiting = queries.waiting(now=clock.now())
    return render_template(
        "admin/jobs.html", dead=dead[:PAGE], waiting=waiting, pulse=queries.pulse(now=clock.now()), next_url=next_url
    )


@blueprint.post("/jobs/retry")
@administrators_only
def retry_jobs() -> Response:
    """Give every dead job a new life."""
    return done(f"Dead jobs that are tried again: {jobs.retry_all()}.", "/admin/jobs")


@blueprint.post("/jobs/<int:job_id>/retry")
@administrators_only
def retry_job(job_id: int) -> Response:
    """Give one a new life."""
    jobs.retry(job_id)
    return done(f"Job {job_id} is tried again.", "/admin/jobs")


@blueprint.get("/jobs/<int:job_id>/discard")
@administrators_only
def confirm_discard(job_id: int) -> ResponseReturnValue:
    """Ask before something is never done."""
    found = queries.dead_job(job_id)
    return render_template("admin/discard_job.html", job=found, form=ConfirmForm())


@blueprint.post("/jobs/<int:job_id>/discard")
@administrators_only
def discard_job(job_id: int) -> Response:
    """Forget one: what it should have made true stays untrue."""
    jobs.discard(job_id)
    return done(f"Job {job_id} is discarded.", "/admin/jobs")
