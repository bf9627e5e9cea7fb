from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from campus.organizations import queries
from campus.organizations.models import JoinPolicy, OrganizationDomain
from campus.platform.db import transaction
from tests.factories import make_company, make_email, make_member, make_user

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from campus.accounts.models import User
    from campus.organizations.models import Company, Department, University


@pytest.mark.parametrize("slug", ["missing", "nul\0"])
def test_what_is_not_there_is_not_found(app: Flask, slug: str) -> None:
    with pytest.raises(queries.OrganizationNotFound):
        queries.by_slug(slug)


def test_members_come_by_name_without_the_suspended_and_removed(northbridge: University) -> None:
    first, after = queries.members_page(northbridge.id, limit=2)
    second, end = queries.members_page(northbridge.id, after, limit=2)

    assert [member.name for member in (*first, *second)] == ["Alice", "Bob", "Dana"]
    assert end is None


def test_members_of_a_department(northbridge: University, physics: Department, alice: User) -> None:
    found, _ = queries.members_page(northbridge.id, department_id=physics.id)

    assert [member.id for member in found] == [alice.id]


def test_members_with_one_name_are_all_listed(studio: Company) -> None:
    everybody = [make_user(name="Kim") for _ in range(5)]
    for user in everybody:
        make_member(user=user, organization=studio)

    seen, after = [], None
    for _ in range(3):
        page, after = queries.members_page(studio.id, after, limit=2)
        seen += [member.id for member in page]
    assert seen == [user.id for user in everybody]


def test_organizations_come_by_members(northbridge: University, studio: Company, charlie: User) -> None:
    make_member(user=charlie, organization=studio)
    empty = make_company(name="Empty")

    first, key = queries.listing(limit=2)
    second, end = queries.listing(key, limit=2)
    assert [(found.id, found.member_count) for found in (*first, *second)] == [(northbridge.id, 4), (studio.id, 1), (empty.id, 0)]
    assert end is None


def test_suggestions_begin_with_the_organization_of_ones_address(charlie: User, northbridge: University, studio: Company) -> None:
    make_company(join_policy=JoinPolicy.CLOSED)
    with transaction() as current:
        current.add(OrganizationDomain(domain="lumen.io", organization_id=studio.id))
    assert [found.id for found in queries.suggestions(charlie.id)] == [northbridge.id, studio.id]

    make_email(user=charlie, address="c@lumen.io", verified_at=northbridge.created_at)
    assert [found.id for found in queries.suggestions(charlie.id)] == [studio.id, northbridge.id]


def test_nobody_is_suggested_where_she_belongs_or_was_removed(alice: User, eve: User, studio: Company) -> None:
    for person in (alice, eve):
        assert [found.id for found in queries.suggestions(person.id)] == [studio.id]


def test_where_one_may_post_costs_two_statements(alice: User, studio: Company, count_queries: Callable[[], Any]) -> None:
    make_member(user=alice, organization=studio)

    with count_queries() as statements:
        places = queries.may_post_in(alice.id)
    assert [place.membership.slug for place in places] == ["northbridge", "studio"]
    assert len(statements) == 2
