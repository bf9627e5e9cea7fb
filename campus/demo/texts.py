"""What people on a campus write, its slots filled: posts and comments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.demo.words import FIELDS, FIRST, LAST, PLACES

if TYPE_CHECKING:
    from campus.demo.dice import Dice
    from campus.demo.pieces import Piece

COMMENTS = (
    "This is wonderful.",
    "The light!",
    "See you there.",
    "Congratulations, well deserved!",
    "Can somebody from outside the department come too?",
    "I was standing right behind you.",
    "Is there a stream for those of us who are away?",
    "Saved me a seat, please.",
    "I still have the negative of that one.",
    "Which lens is this?",
    "Finally!",
    "My vote for the picture of the term.",
    "The third one is my favourite.",
    "Thank you for writing this down.",
    "I can lend you mine until {day}.",
    "We should do this every {day}.",
    "Room changed to {place}, by the way.",
    "How long was the exposure?",
    "I laughed, then I looked at my own data.",
    "Count me in, and {first} too.",
    "Ask {person}, who knows everything about it.",
    "Is it still free on {day} at {hour}?",
    "Half of {field} is coming, I hear.",
    "You make it look easy.",
    "Printed and pinned above my desk.",
    "The alternative text made my day, thank you for that.",
    "Never seen it this quiet.",
    "Applied! Fingers crossed.",
    "That bridge looks different on every picture.",
    "Good luck with chapter {small}.",
    "I was there and it was even better.",
    "Could you share the slides?",
    "Proud of this team.",
    "Where exactly is that?",
    "Let me know if you need a hand with the set.",
    "Bring gloves next time.",
)

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
COLOURS = ("blue", "red", "golden", "green", "violet")


def words_for(dice: Dice, field: str | None = None) -> dict[str, object]:
    """What fills the slots; `field` where the subject is given."""
    first, last = dice.choice(FIRST), dice.choice(LAST)
    return {
        "person": f"{first} {last}",
        "first": first,
        "last": last,
        "field": field or dice.choice(FIELDS),
        "place": dice.choice(PLACES),
        "hour": f"{dice.randrange(16, 21)}:{dice.choice(('00', '15', '30'))}",
        "day": dice.choice(DAYS),
        "colour": dice.choice(COLOURS),
        "number": dice.randrange(11, 29),
        "small": dice.randrange(4, 9),
    }


def write(dice: Dice, piece: Piece, field: str | None = None) -> tuple[str, str]:
    """Title and text of a piece, its slots filled."""
    words = words_for(dice, field)
    text = piece.text.format_map(words)
    return piece.title.format_map(words), text[:1].upper() + text[1:]


def remark(dice: Dice) -> str:
    """A comment."""
    said = dice.choice(COMMENTS)
    return said.format_map(words_for(dice)) if "{" in said else said
