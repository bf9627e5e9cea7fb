"""Cases of moderation, without the reports that lead to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from campus.moderation.kinds import CaseScope, Category
from campus.moderation.models import Case
from campus.moderation.targets import parsed
from tests.factories.accounts import make_user
from tests.factories.saving import saved

if TYPE_CHECKING:
    from campus.accounts.models import User


def make_case(*, target: str = "", author: User | None = None, organization_id: int | None = None, **columns: Any) -> Case:
    """An open case of a new person's account, unless a target is named; an organization's, if there is one, else the site's."""
    author = author or make_user()
    thing = parsed(target or f"user:{author.id}")
    values = {
        "target_kind": thing.kind,
        "target_id": thing.id,
        "author_id": author.id,
        "organization_id": organization_id,
        "scope": CaseScope.ORG if organization_id else CaseScope.SITE,
        "routed_because": "It is a test.",
        "category": Category.SPAM,
    }
    return saved(Case(**(values | columns)))
