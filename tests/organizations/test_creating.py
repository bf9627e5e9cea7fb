from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from campus.organizations import actions, queries
from campus.organizations.models import JoinPolicy, OrganizationKind
from campus.platform.clock import now
from campus.platform.errors import Invalid

if TYPE_CHECKING:
    from flask import Flask

    from campus.organizations.models import Company, University


def test_a_university_with_a_domain_lets_holders_of_its_addresses_join(app: Flask) -> None:
    made = actions.create_university(name="  North  Bridge ", slug="north-bridge", domain="Bridge.EDU", now=now())

    found = queries.by_slug("north-bridge")
    assert (found.id, found.name, found.kind) == (made.id, "North Bridge", OrganizationKind.UNIVERSITY)
    assert found.join_policy is JoinPolicy.DOMAIN
    assert queries.domains_of(made.id) == ["bridge.edu"]


def test_a_company_without_a_domain_approves_its_members(app: Flask) -> None:
    made = actions.create_company(name="Lumen", slug="lumen", now=now())

    assert (made.kind, made.join_policy) == (OrganizationKind.COMPANY, JoinPolicy.APPROVAL)


@pytest.mark.parametrize("slug", ["", "x", "Upper", "-dash", "under_score", "a" * 51, "naïve", "nul\0"])
def test_a_slug_is_plain(app: Flask, slug: str) -> None:
    with pytest.raises(Invalid) as refused:
        actions.create_company(name="Lumen", slug=slug, now=now())
    assert refused.value.field == "slug"


@pytest.mark.parametrize("name", ["", "   ", "x" * 121, "nul\0", "half \ud800"])
def test_a_name_is_printable_and_not_too_long(app: Flask, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        actions.create_company(name=name, slug="lumen", now=now())
    assert refused.value.field == "name"


@pytest.mark.parametrize("domain", ["nodots", "sp ace.edu", "gmail.com", "-x.edu", "x" * 300 + ".edu"])
def test_a_domain_proves_belonging_or_is_refused_with_nothing_half_done(app: Flask, domain: str) -> None:
    with pytest.raises(Invalid) as refused:
        actions.create_company(name="Lumen", slug="lumen", domain=domain, now=now())
    assert refused.value.field == "domain"
    with pytest.raises(queries.OrganizationNotFound):
        queries.by_slug("lumen")


def test_slugs_and_domains_belong_to_one_organization(app: Flask) -> None:
    actions.create_company(name="Lumen", slug="lumen", domain="lumen.io", now=now())

    with pytest.raises(actions.Taken, match="lumen already"):
        actions.create_university(name="Other", slug="lumen", now=now())
    with pytest.raises(actions.Taken, match=r"lumen\.io belongs"):
        actions.create_university(name="Other", slug="other", domain="lumen.io", now=now())


def test_a_university_gets_departments(northbridge: University) -> None:
    actions.add_department(organization_id=northbridge.id, name="Biology", slug="biology")

    assert [place.slug for place in queries.departments_of(northbridge.id)] == ["biology", "chemistry", "physics"]
    with pytest.raises(actions.Taken):
        actions.add_department(organization_id=northbridge.id, name="Biology again", slug="biology")


def test_a_company_has_no_departments(studio: Company) -> None:
    with pytest.raises(Invalid):
        actions.add_department(organization_id=studio.id, name="Sales", slug="sales")
