"""The verbs of moderation. Each does all of it or nothing; those that act on a case take the `viewer`, or None for an operator.

In the order of a case's life: `report` (or `open_case`, without one) → `claim`, `add_note`, `release`, `take_over` → the form of
a decision offers `fitting.actions_for`, and shows `weighing.consequences` and `weighing.letters` of the draft → `decide` → the
author reads `queries.letters.letter_page` by her link and answers with `appeal` → somebody else's `decide_appeal`. `undo` takes
the last decision back for 30 days, `reopen` has a closed case looked at once more. By the clock: `escalate_due`, `end_due`.
"""

from campus.moderation.actions.appeals import AppealedBefore, appeal, decide_appeal
from campus.moderation.actions.deciding import TooLate, decide, undo
from campus.moderation.actions.handling import (
    ClaimedByAnother,
    ForStaff,
    NotInThatState,
    add_note,
    claim,
    escalate,
    open_case,
    release,
    reopen,
    take_over,
)
from campus.moderation.actions.reporting import Reported, YourOwn, checked_category, report
from campus.moderation.actions.scheduled import end_due, escalate_due
from campus.moderation.actions.weighing import consequences, letters

__all__ = [
    "AppealedBefore",
    "ClaimedByAnother",
    "ForStaff",
    "NotInThatState",
    "Reported",
    "TooLate",
    "YourOwn",
    "add_note",
    "appeal",
    "checked_category",
    "claim",
    "consequences",
    "decide",
    "decide_appeal",
    "end_due",
    "escalate",
    "escalate_due",
    "letters",
    "open_case",
    "release",
    "reopen",
    "report",
    "take_over",
    "undo",
]
