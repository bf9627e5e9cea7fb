"""What is searched: the words of posts, beside them; the indexes of people and organizations by their words.

The words of a post are apart from it because the feeds read its row, and each like writes it anew with every index of it.
Triggers keep them (migration 0003), so that no way of writing a post forgets to.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, Text, func, literal_column, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.elements import Grouping

from campus.accounts.models import User
from campus.organizations.models import Organization
from campus.platform.db import Base

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import InstrumentedAttribute

TEXT = 0  # the `photo_id` of what the post itself says


class PostWords(Base):
    """The words of one piece of a post: its title, text and location (`photo_id` 0), or the alternative text of a ready photo.

    `published_at` is the post's, so that what was published last is found first.
    """

    __tablename__ = "post_words"

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    photo_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, server_default=text("0"))
    published_at: Mapped[datetime | None]
    words: Mapped[str] = mapped_column(TSVECTOR)

    __table_args__ = (
        Index("ix_post_words_words", "words", postgresql_using="gin"),
        Index("ix_post_words_published", text("published_at DESC"), text("post_id DESC")),
    )


def _words_of(*columns: InstrumentedAttribute[str]) -> ColumnElement[str]:
    """Their words together, written with the parentheses PostgreSQL writes it back with, so that Alembic sees they agree."""
    space = literal_column("' '::text", Text)
    first, *others = columns
    together: ColumnElement[str] = first.expression
    for column in others:
        grouped = together if together is first.expression else Grouping(together)
        together = Grouping(grouped.op("||")(space)).op("||")(column)
    return func.search_words(together, type_=TSVECTOR)


# What people and organizations are found by. As expressions of indexes they take no room in the rows, and no other read
# sees them.
PERSON_WORDS = _words_of(User.name, User.handle)
ORGANIZATION_WORDS = _words_of(Organization.name, Organization.slug, Organization.place, Organization.about)
Index("ix_user_words", PERSON_WORDS, postgresql_using="gin")
Index("ix_organization_words", ORGANIZATION_WORDS, postgresql_using="gin")
