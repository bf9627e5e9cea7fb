"""What those concerned are told: the author which rule, what it does, until when, and how to appeal; reporters, what came of it.

Nobody is named: the author reads of "the moderators of X" or "the site's staff", and nothing of who reported.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from campus.moderation.kinds import APPEAL_WITHIN, Action, TargetKind
from campus.moderation.wording import RULES, YOURS, in_days

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from campus.moderation.kinds import Category, Measure

DAY = "%d %B %Y"


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice: its heading, its text (paragraphs apart by empty lines), and where it leads."""

    title: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Letters:
    """Both letters of a decision. No author's letter when nothing was done and she never knew; none for reporters without any."""

    author: Letter | None
    reporters: Letter | None


LETTERS = "/moderation/letters/"


def letter_url(letter: object) -> str:
    """Where a letter is read, and answered with an appeal, signed in or not."""
    return f"{LETTERS}{letter}"


def heading(kind: TargetKind) -> str:
    """Of the letter of a decision that did something."""
    return f"A decision about {YOURS[kind]}"


def of_hold(kind: TargetKind, url: str) -> Letter:
    """To the author, when her thing is hidden until it is reviewed."""
    return Letter(
        f"{_capital(YOURS[kind])} is being reviewed",
        f"{_capital(YOURS[kind])} was reported, and is hidden until people have looked at it. You need not do anything: "
        "we tell you what came of it.",
        url,
    )


def of_decision(  # noqa: PLR0913 - a letter has these parts
    kind: TargetKind,
    *,
    by: str,
    rule: Category | None,
    reason: str,
    measures: Sequence[Measure],
    place: str,
    now: datetime,
    url: str,
) -> Letter:
    """To the author: who decided, which rule, what happens, until when, and how she can appeal. `place`: the organization."""
    if all(measure.action is Action.NO_ACTION for measure in measures):
        return Letter(
            f"{_capital(YOURS[kind])} stays",
            f"{by} reviewed {YOURS[kind]} and found nothing wrong. It is shown again as before.\n\n{reason}",
            url,
        )
    until = now + APPEAL_WITHIN
    paragraphs = [
        f"{by} reviewed {YOURS[kind]}.",
        f"The rule: {RULES[rule]}" if rule else "",
        f"The reason: {reason}",
        "What this means: " + " ".join(effect(measure, kind, place=place, now=now) for measure in measures),
        f"If you disagree, you can appeal until {until:{DAY}}. Somebody else will decide about it.",
    ]
    return Letter(heading(kind), "\n\n".join(filter(None, paragraphs)), url)


def of_outcome(kind: TargetKind, *, acted: bool) -> Letter:
    """To a reporter: neutral, and without a word of what was done to whom."""
    what = {TargetKind.USER: "person", TargetKind.ORGANIZATION: "organization"}.get(kind, kind.value)
    text = (
        f"We reviewed the {what} you reported and acted on it. Thank you for letting us know."
        if acted
        else f"We reviewed the {what} you reported and found no breach of the rules. Thank you for letting us know. "
        "If it troubles you, you can mute or block whom you do not want to hear from."
    )
    return Letter("What came of your report", text, "/notifications")


def of_appeal(kind: TargetKind, *, overturned: bool, reason: str, url: str) -> Letter:
    """To the author, when her appeal was decided."""
    text = (
        f"Somebody else looked at the decision about {YOURS[kind]} again, and took it back: everything it did is reversed, "
        "and it does not count against you."
        if overturned
        else f"Somebody else looked at the decision about {YOURS[kind]} again. It stands."
    )
    title = "Your appeal was granted" if overturned else "Your appeal was not granted"
    return Letter(title, f"{text}\n\n{reason}", url)


def of_undoing(kind: TargetKind, url: str) -> Letter:
    """To the author, when a decision is taken back before anybody appealed."""
    text = f"The decision about {YOURS[kind]} was taken back. What it did is reversed; it is looked at again."
    return Letter(f"The decision about {YOURS[kind]} was taken back", text, url)


def effect(measure: Measure, kind: TargetKind, *, place: str, now: datetime) -> str:
    """What a measure means for the author, in a sentence or two; `place` is the organization's name."""
    thing = "your comment" if kind is TargetKind.COMMENT else "your post"
    lasting = in_days(measure.days or 0)
    suspended = f"for {lasting}" if measure.days else "until further notice"
    return {
        Action.NO_ACTION: "Nothing changes.",
        Action.HIDE: f"{_capital(thing)} is no longer shown to anybody" + ("." if "comment" in thing else " but you."),
        Action.REMOVE_PHOTO: _photos(measure.photos),
        Action.NARROW: "Fewer people can see your post.",
        Action.LOCK_COMMENTS: "The comments under the post are closed.",
        Action.WARN: "This is a warning. Nothing else changes.",
        Action.PAUSE: f"You can neither post nor comment for {lasting}, from {now:{DAY}} on. You can go on reading.",
        Action.PAUSE_HERE: f"You can neither post nor comment in {place} for {lasting}, from {now:{DAY}} on. "
        "You can go on reading there, and write elsewhere.",
        Action.REMOVE_MEMBER: "You are no longer a member of the organization.",
        Action.SUSPEND: f"Your account is suspended {suspended}.",
        Action.DELETE: f"{_capital(thing)} is hidden now, and deleted for good after 30 days.",
        Action.HOLD: f"{_capital(thing)} is hidden until it is reviewed.",
    }[measure.action]


def _photos(positions: Sequence[int]) -> str:
    if not positions:
        return "The photo is no longer shown."
    named = ", ".join(str(position) for position in positions)
    return f"Photo {named} is no longer shown." if len(positions) == 1 else f"Photos {named} are no longer shown."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
