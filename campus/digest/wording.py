"""A digest in words: counts, names of the reader's own organizations, titles of public posts; nothing written for few."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from campus.digest.queries import Missed


def heading(missed: Missed) -> str:
    """The subject: how much there is to see."""
    if missed.more:
        return f"You missed more than {missed.posts} posts this week"
    return f"You missed {_posts(missed.posts)} this week"


def letter(missed: Missed, *, name: str, url: str, stop: str, site: str) -> str:
    """The whole mail in plain text. `url` is the site's, `stop` ends such mails."""
    parts = [f"Hello {name},", f"{heading(missed)}, of people and organizations that you follow or belong to."]
    if missed.organizations:
        parts.append("\n".join(f"- {house}: {_posts(count)}" for house, count in missed.organizations))
    if missed.titles:
        parts.append("Public posts among them:\n" + "\n".join(f"- {title}" for title in missed.titles))
    parts += [f"Your feed:\n{url}/", f"You get this once a week when you were not here. To have no more of it:\n{stop}"]
    return "\n\n".join(parts) + f"\n\n-- \n{site}\n{url}\n"


def _posts(count: int) -> str:
    return "1 post" if count == 1 else f"{count} posts"
