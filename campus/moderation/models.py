"""Tables of moderation: reports, cases, what was there, what was decided, what that did, and who disagreed."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    false,
    func,
    true,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from campus.moderation.kinds import Action, AppealOutcome, CaseScope, CaseState, Category, EffectState, Target, TargetKind
from campus.platform.db import Base, choices

WAITING = "state IN ('open', 'reopened')"
UNDECIDED = "state IN ('open', 'claimed', 'reopened')"
CLOSED = "state IN ('decided', 'upheld', 'overturned')"
BY_PRIORITY = (sql("priority DESC"), sql("id DESC"))


class Case(Base):
    """Everything reported about one thing until it is decided; after that, new reports open another case.

    `author_id` is who answers for the thing: who wrote it, or the person herself; nobody for an organization. `organization_id`
    is the owner of the content, or the organization itself; `post_id` the post that the thing is, or is part of.
    `routed_because` says in a sentence why the case is where it is. `category` is the weightiest of the reports. A `silent` case
    has no report. `waiting_since` is when it came into its queue: opened, appealed against, or taken up once more. Taking it
    and giving it back starts no new time.
    """

    __tablename__ = "moderation_case"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    target_kind: Mapped[TargetKind] = mapped_column(choices(TargetKind))
    target_id: Mapped[int]
    post_id: Mapped[int | None]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id", ondelete="SET NULL"))
    scope: Mapped[CaseScope] = mapped_column(choices(CaseScope))
    routed_because: Mapped[str]
    state: Mapped[CaseState] = mapped_column(choices(CaseState), server_default=CaseState.OPEN)
    category: Mapped[Category | None] = mapped_column(choices(Category))
    safety: Mapped[bool] = mapped_column(server_default=false())
    silent: Mapped[bool] = mapped_column(server_default=false())
    priority: Mapped[int] = mapped_column(Integer, server_default="0")
    reporters: Mapped[int] = mapped_column(Integer, server_default="0")
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    reported_at: Mapped[datetime] = mapped_column(server_default=func.now())
    waiting_since: Mapped[datetime] = mapped_column(server_default=func.now())
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    claimed_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    held_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]  # the first time
    closed_at: Mapped[datetime | None]  # the last time

    __table_args__ = (
        Index("ix_moderation_case_target", "target_kind", "target_id", "id"),
        Index("ix_moderation_case_author_id", "author_id", "id"),
        # A tab of the queue each: the whole site's, and an organization's.
        Index("ix_moderation_case_waiting", *BY_PRIORITY, postgresql_where=sql(WAITING)),
        Index("ix_moderation_case_waiting_in", "organization_id", *BY_PRIORITY, postgresql_where=sql(WAITING)),
        Index("ix_moderation_case_claimed", "claimed_by", *BY_PRIORITY, postgresql_where=sql("state = 'claimed'")),
        Index(
            "ix_moderation_case_escalated",
            *BY_PRIORITY,
            postgresql_where=sql(f"escalated_at IS NOT NULL AND {UNDECIDED}"),
        ),
        Index("ix_moderation_case_held", *BY_PRIORITY, postgresql_where=sql(f"held_at IS NOT NULL AND {UNDECIDED}")),
        Index("ix_moderation_case_appealed", *BY_PRIORITY, postgresql_where=sql("state = 'appealed'")),
        Index("ix_moderation_case_closed", sql("closed_at DESC"), sql("id DESC"), postgresql_where=sql(CLOSED)),
        Index(
            "ix_moderation_case_closed_in",
            "organization_id",
            sql("closed_at DESC"),
            sql("id DESC"),
            postgresql_where=sql(CLOSED),
        ),
        Index("ix_moderation_case_decided_at", "decided_at", postgresql_where=sql("decided_at IS NOT NULL")),
    )

    @property
    def target(self) -> Target:
        """The thing it is about."""
        return Target(self.target_kind, self.target_id)

    @property
    def told_to(self) -> int | None:
        """Whose audit log tells of it beside the site's: the organization's while its moderators handle it, nobody's after that.

        What the site's staff does is often about those who read that log.
        """
        return self.organization_id if self.scope == CaseScope.ORG else None


class Report(Base):
    """What one person says about one thing, never shown to its author. Until it is decided, saying it again replaces it."""

    __tablename__ = "report"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("moderation_case.id", ondelete="CASCADE"))
    reporter_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    category: Mapped[Category] = mapped_column(choices(Category))
    note: Mapped[str] = mapped_column(server_default="")
    photos: Mapped[list[int]] = mapped_column(ARRAY(Integer), server_default=sql("'{}'"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        UniqueConstraint("case_id", "reporter_id"),
        CheckConstraint("length(note) <= 1000", name="note_length"),
        Index("ix_report_reporter_id", "reporter_id", sql("id DESC")),
    )


class Snapshot(Base):
    """How the thing looked when it was first reported, and when it was decided.

    `photos` lists what each photo was: position, token, alt, width, height, widths. Its files are kept as long as the case lives.
    """

    __tablename__ = "case_snapshot"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("moderation_case.id", ondelete="CASCADE"), index=True)
    taken_at: Mapped[datetime]
    occasion: Mapped[str]  # report or decision
    title: Mapped[str] = mapped_column(server_default="")
    text: Mapped[str] = mapped_column(server_default="")
    audience: Mapped[str] = mapped_column(server_default="")
    reach: Mapped[int] = mapped_column(server_default="0")
    photos: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=sql("'[]'"))


class Note(Base):
    """What a moderator tells the others who handle the case."""

    __tablename__ = "case_note"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("moderation_case.id", ondelete="CASCADE"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    text: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (CheckConstraint("length(text) BETWEEN 1 AND 2000", name="text_length"),)


class Decision(Base):
    """What was decided: the rule that was broken (none: nothing was), the reason, the measures as they were chosen.

    `measures` name photos by the places they had, as the letter does; the effects have their ids.
    `letter` names the author's letter in its address: who has the link reads it and may appeal, signed in or not. `by_id` is
    nobody for an operator's command. A `void` decision was overturned or taken back: it counts against nobody.
    """

    __tablename__ = "decision"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("moderation_case.id", ondelete="CASCADE"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    as_staff: Mapped[bool] = mapped_column(server_default=true())  # of the site; otherwise as a moderator of the organization
    at: Mapped[datetime]
    rule: Mapped[Category | None] = mapped_column(choices(Category))
    reason: Mapped[str]
    measures: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    acted: Mapped[bool] = mapped_column(server_default=true())  # it did something: not "no action"
    told_reporters: Mapped[bool] = mapped_column(server_default=true())
    letter: Mapped[uuid.UUID] = mapped_column(unique=True, server_default=func.gen_random_uuid())
    void_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    undone_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("length(reason) BETWEEN 1 AND 2000", name="reason_length"),
        Index("ix_decision_case_id", "case_id", "id"),
        Index("ix_decision_at", "at"),
    )


class Effect(Base):
    """What one measure did to one part of one thing: `before` and `after`, so that it can be taken back.

    `part` names what was changed (the state of a post, a membership, …); the effects that stand on one part of one thing form a
    chain, and one that is taken out of its middle hands its `before` to the next. An effect without a decision is a hold.
    `outcome` says in a sentence what taking it back came to, if that was not everything.
    """

    __tablename__ = "effect"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("moderation_case.id", ondelete="CASCADE"), index=True)
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id", ondelete="CASCADE"), index=True)
    action: Mapped[Action] = mapped_column(choices(Action))
    target_kind: Mapped[TargetKind] = mapped_column(choices(TargetKind))
    target_id: Mapped[int]
    organization_id: Mapped[int | None] = mapped_column(BigInteger)
    part: Mapped[str]
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    after: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[EffectState] = mapped_column(choices(EffectState), server_default=EffectState.STANDING)
    ends_at: Mapped[datetime | None]
    at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(Text, server_default="")

    __table_args__ = (
        Index("ix_effect_standing", "part", "target_kind", "target_id", "id", postgresql_where=sql("state = 'standing'")),
        Index("ix_effect_ends_at", "ends_at", postgresql_where=sql("state = 'standing' AND ends_at IS NOT NULL")),
    )

    @property
    def target(self) -> Target:
        """The thing that was changed."""
        return Target(self.target_kind, self.target_id)


class Appeal(Base):
    """The author's answer to a decision, once; decided by somebody else."""

    __tablename__ = "appeal"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("moderation_case.id", ondelete="CASCADE"), index=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id", ondelete="CASCADE"), unique=True)
    text: Mapped[str]
    at: Mapped[datetime]
    outcome: Mapped[AppealOutcome | None] = mapped_column(choices(AppealOutcome))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (CheckConstraint("length(text) BETWEEN 1 AND 2000", name="text_length"),)
