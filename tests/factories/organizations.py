"""Organizations, departments, memberships."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from campus.organizations.models import (
    Company,
    Department,
    DepartmentMembership,
    Organization,
    OrganizationMembership,
    University,
)
from campus.platform.db import transaction
from tests.factories.saving import number, saved

if TYPE_CHECKING:
    from campus.accounts.models import User


def make_university(**columns: Any) -> University:
    """A university. `columns` are those of `Organization`."""
    n = number()
    return saved(University(**({"slug": f"university-{n}", "name": f"University {n}"} | columns)))


def make_company(**columns: Any) -> Company:
    """A company. `columns` are those of `Organization`."""
    n = number()
    return saved(Company(**({"slug": f"company-{n}", "name": f"Company {n}"} | columns)))


def make_department(*, organization: University | None = None, **columns: Any) -> Department:
    """A department, of a new university unless one is given."""
    n = number()
    owner = organization or make_university()
    return saved(Department(**({"organization_id": owner.id, "slug": f"department-{n}", "name": f"Department {n}"} | columns)))


def make_member(
    *, user: User, organization: Organization, department: Department | None = None, **columns: Any
) -> OrganizationMembership:
    """A membership, active unless `status` says otherwise, in a department if one is given."""
    with transaction():
        membership = saved(OrganizationMembership(user_id=user.id, organization_id=organization.id, **columns))
        if department:
            saved(DepartmentMembership(department_id=department.id, user_id=user.id, organization_id=organization.id))
    return membership
