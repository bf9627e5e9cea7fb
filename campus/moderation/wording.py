"""What moderation says in words, in the second person for those it speaks to."""

from __future__ import annotations

from campus.moderation.kinds import Action, Category, TargetKind

CATEGORIES: dict[Category, str] = {
    Category.SPAM: "Spam or advertising",
    Category.HARASSMENT: "Harassment or threat",
    Category.HATE: "Hate",
    Category.INTIMATE: "Nudity or intimate image",
    Category.DEPICTED: "I am in this photo",
    Category.IMPERSONATION: "Impersonates a person or organization",
    Category.INTERNAL: "Internal information shared too widely",
    Category.COPYRIGHT: "Copyright or missing credit",
    Category.OTHER: "Something else",
}
RULES: dict[Category, str] = {
    Category.SPAM: "No spam and no advertising.",
    Category.HARASSMENT: "Nobody is harassed or threatened.",
    Category.HATE: "Nobody is attacked for what they are.",
    Category.INTIMATE: "No nudity, and no intimate images of anybody.",
    Category.DEPICTED: "Photos of people are shown with their consent.",
    Category.IMPERSONATION: "Nobody pretends to be another person or organization.",
    Category.INTERNAL: "What is internal stays with those it is meant for.",
    Category.COPYRIGHT: "Others' work is used with permission, and credited.",
    Category.OTHER: "The house rules of this site.",
}
ACTIONS: dict[Action, str] = {
    Action.NO_ACTION: "No action",
    Action.HIDE: "Hide",
    Action.REMOVE_PHOTO: "Take a photo out",
    Action.NARROW: "Narrow the audience",
    Action.LOCK_COMMENTS: "Close the comments",
    Action.WARN: "Warn",
    Action.PAUSE: "Pause posting everywhere",
    Action.PAUSE_HERE: "Pause posting in the organization",
    Action.REMOVE_MEMBER: "Remove from the organization",
    Action.SUSPEND: "Suspend",
    Action.DELETE: "Delete",
    Action.HOLD: "Hold for review",
}
KINDS: dict[TargetKind, str] = {
    TargetKind.POST: "Post",
    TargetKind.PHOTO: "Photo",
    TargetKind.COMMENT: "Comment",
    TargetKind.USER: "Person",
    TargetKind.ORGANIZATION: "Organization",
}
YOURS: dict[TargetKind, str] = {
    TargetKind.POST: "your post",
    TargetKind.PHOTO: "your photo",
    TargetKind.COMMENT: "your comment",
    TargetKind.USER: "your account",
    TargetKind.ORGANIZATION: "your organization",
}
AFTER_A_REPORT = (
    "Thank you. People review what you reported and tell you what came of it. "
    "Whoever is responsible for it does not learn who reported it."
)


def in_days(days: int) -> str:
    """How long that is: 1 day, 3 days."""
    return f"{days} day{'' if days == 1 else 's'}"
