"""`flask mod …`: the cases of moderation, for operators: an operator sees all of them and decides as the site's staff."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from campus.cli.frame import NUMBER, Group, as_json, dry_run, rehearsal, say
from campus.moderation import actions
from campus.moderation.kinds import Action, Category, DecisionDraft, Measure, Tab
from campus.moderation.queries import listing, page
from campus.moderation.targets import parsed
from campus.organizations.queries import by_slug
from campus.platform import clock
from campus.posts.models import Audience

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campus.moderation.models import Effect
    from campus.moderation.queries.listing import CaseLine

group = Group("mod", help="Cases of moderation: list, show, open, decide, answer appeals, take back.")
CASE = click.argument("case_id", type=NUMBER, metavar="CASE")
CHOSEN = [action.value for action in Action if action is not Action.HOLD]


class MeasureType(click.ParamType[Measure]):
    """`hide`, `remove_photo:17,19` (ids of photos), `narrow:followers`, `pause_here:3`, `pause:3`, `suspend` or `suspend:30`."""

    name = "measure"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> Measure:
        """The measure that a text names.

        Raises:
            BadParameter: it names none.
        """
        if isinstance(value, Measure):
            return value
        name, _, detail = str(value).partition(":")
        if name not in CHOSEN:
            self.fail(f"{name!r} is none of {', '.join(CHOSEN)}.", param, context)
        action = Action(name)
        try:
            return _measure(action, detail)
        except ValueError:
            self.fail(f"{detail!r} says nothing to {name}.", param, context)


def _measure(action: Action, detail: str) -> Measure:
    if not detail:
        return Measure(action)
    if action is Action.REMOVE_PHOTO:
        return Measure(action, photos=tuple(int(photo_id) for photo_id in detail.split(",")))
    if action is Action.NARROW:
        return Measure(action, audience=Audience(detail))
    if action in {Action.PAUSE, Action.PAUSE_HERE, Action.SUSPEND}:
        return Measure(action, days=int(detail))
    raise ValueError(detail)


@group.add("queue")
@click.option(
    "--tab", type=click.Choice([tab.value for tab in Tab]), default=Tab.UNCLAIMED.value, show_default=True, help="Which cases."
)
@click.option("--org", "slug", help="Only what belongs to this organization.")
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True, help="At most so many.")
@as_json
def queue(*, tab: str, slug: str | None, limit: int, as_json: bool) -> None:
    """List the cases of a tab, the weightiest first."""
    filters = listing.Filters(organization_id=by_slug(slug).id if slug else None)
    found = listing.queue(None, Tab(tab), filters, limit=limit, now=clock.now())
    if as_json:
        click.echo(json.dumps([_line(each) for each in found.items], default=str, ensure_ascii=False))
        return
    for each in found.items:
        click.echo(
            f"{each.id:>6}  {each.priority:>4}  {each.state:<10} {each.target!s:<18} {each.category or '-':<14} {each.title[:60]}"
        )
    if not found.items:
        click.echo("Nothing waits here.")


@group.add("show")
@CASE
@as_json
def show(case_id: int, *, as_json: bool) -> None:
    """Show a case: what was reported, what was done, in which order."""
    found = page.case_page(None, case_id)
    case = found.case
    answer = {
        "id": case.id,
        "target": str(case.target),
        "state": case.state,
        "scope": case.scope,
        "routed_because": case.routed_because,
        "text": found.snapshots[0].text if found.snapshots else "",
        "photos": [{"id": each.id, "position": each.position, "alt": each.alt} for each in found.photos],
        "reports": [{"category": each.report.category, "note": each.report.note} for each in found.reports],
        "effects": _effects(found.effects),
        "timeline": [{"at": each.at, "who": each.who, "what": each.what, "text": each.text} for each in found.timeline],
    }
    if as_json:
        click.echo(json.dumps(answer, default=str, ensure_ascii=False))
        return
    click.echo(f"Case {case.id}, {case.target}: {case.state}. {case.routed_because}")
    for photo in found.photos:
        click.echo(f"photo {photo.id}, the post's {photo.position}.  {photo.alt}".rstrip())
    for moment in found.timeline:
        click.echo(f"{moment.at:%Y-%m-%d %H:%M}  {moment.who} {moment.what}  {moment.text}".rstrip())


@group.add("open")
@click.argument("target")
@as_json
@dry_run
def open_case(target: str, *, as_json: bool, dry_run: bool) -> None:
    """Act without a report: open the case of TARGET (post:12, photo:7, comment:3, user:5, organization:2), to decide it."""
    with rehearsal(dry_run):
        case = actions.open_case(viewer=None, target=parsed(target), now=clock.now())
        answer = {"case": case.id, "target": str(case.target), "state": case.state, "silent": case.silent}
    sentence = f"Case {answer['case']} about {target} is open: decide it with flask mod decide {answer['case']}."
    say(answer, sentence, as_json=as_json, dry_run=dry_run)


@group.add("decide")
@CASE
@click.option(
    "--measure", "measures", type=MeasureType(), multiple=True, required=True, help=f"One of {', '.join(CHOSEN)}; several may be."
)
@click.option("--rule", type=click.Choice([category.value for category in Category]), help="The rule that was broken.")
@click.option("--reason", required=True, help="Why; the author reads it.")
@click.option("--quiet", is_flag=True, help="Do not tell the reporters.")
@as_json
@dry_run
def decide(case_id: int, *, as_json: bool, dry_run: bool, **given: Any) -> None:
    """Decide a case as the site's staff. With --dry-run, say what it would touch."""
    rule = Category(given["rule"]) if given["rule"] else None
    draft = DecisionDraft(given["reason"], given["measures"], rule, tell_reporters=not given["quiet"])
    weighed = actions.consequences(viewer=None, case_id=case_id, draft=draft)
    with rehearsal(dry_run):
        actions.take_over(viewer=None, case_id=case_id, now=clock.now())
        actions.decide(viewer=None, case_id=case_id, draft=draft, now=clock.now())
        answer = {"case": case_id, "effects": _effects(page.case_page(None, case_id).effects), "reach": weighed.reach}
    say(answer, f"Case {case_id} is decided. {' '.join(weighed.sentences)}", as_json=as_json, dry_run=dry_run)


@group.add("undo")
@CASE
@as_json
@dry_run
def undo(case_id: int, *, as_json: bool, dry_run: bool) -> None:
    """Take the last decision of a case back, within 30 days."""
    with rehearsal(dry_run):
        ended = _effects(actions.undo(viewer=None, case_id=case_id, now=clock.now()))
    kept = [effect["outcome"] for effect in ended if effect["outcome"]]
    sentence = f"Case {case_id} is open again; {len(ended) - len(kept)} effects are reversed."
    say({"case": case_id, "effects": ended}, " ".join([sentence, *kept]), as_json=as_json, dry_run=dry_run)


@group.add("appeal")
@CASE
@click.option("--uphold/--overturn", "uphold", required=True, help="Whether the decision stands.")
@click.option("--reason", required=True, help="Why; the author reads it.")
@as_json
@dry_run
def appeal(case_id: int, *, uphold: bool, reason: str, as_json: bool, dry_run: bool) -> None:
    """Decide the appeal that waits in a case. Overturning reverses every effect."""
    with rehearsal(dry_run):
        made = actions.decide_appeal(viewer=None, case_id=case_id, overturn=not uphold, reason=reason, now=clock.now())
        effects = _effects(page.case_page(None, case_id).effects)
        answer = {"case": case_id, "appeal": made.id, "outcome": made.outcome, "effects": effects}
    outcome = "stands" if uphold else "is overturned, with everything it did"
    say(answer, f"The decision of case {case_id} {outcome}. Its author is told.", as_json=as_json, dry_run=dry_run)


def _effects(effects: Sequence[Effect]) -> list[dict[str, Any]]:
    return [
        {
            "action": effect.action,
            "target": str(effect.target),
            "state": effect.state,
            "before": effect.before,
            "after": effect.after,
            "ends_at": effect.ends_at,
            "outcome": effect.outcome,
        }
        for effect in effects
    ]


def _line(each: CaseLine) -> dict[str, Any]:
    return {
        "id": each.id,
        "target": str(each.target),
        "title": each.title,
        "state": each.state,
        "scope": each.scope,
        "category": each.category,
        "priority": each.priority,
        "reporters": each.reporters,
        "opened_at": each.opened_at,
        "waiting_since": each.waiting_since,
    }
