"""/o/<slug>/manage/domains, /departments, /settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from campus.audit.models import AuditEntry
from campus.organizations import actions, queries, roster
from campus.organizations.models import JoinPolicy, Organization
from campus.platform.clock import now
from campus.platform.db import session, transaction
from tests.factories import make_company, make_department, make_email, make_member, make_post, make_user
from tests.organizations.managing import campus

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from campus.accounts.models import User
    from tests.conftest import Client
    from tests.organizations.managing import Campus

    SignIn = Callable[[User], Client]

BASE = "/o/westmere/manage"
SETTINGS = {
    "name": "Westmere College",
    "about": "By the sea.",
    "place": "Westmere",
    "join_policy": "open",
    "default_audience": "public",
}


@pytest.fixture
def westmere(app: Flask) -> Campus:
    return campus()


def acts() -> list[str]:
    return list(session.scalars(select(AuditEntry.act).order_by(AuditEntry.seq)))


def test_a_domain_is_looked_at_claimed_and_waits_for_the_administrators_of_the_site(client_as: SignIn, westmere: Campus) -> None:
    browser = client_as(westmere["admin"])

    page = browser.get(f"{BASE}/domains?domain=Example.org").text
    assert "13 people have a verified address at example.org" in page
    assert "6 of them are members already" in page
    assert queries.domains_of(westmere.westmere.id) == []
    for _ in range(2):
        assert browser.post(f"{BASE}/domains", data={"domain": "example.org"}).status_code == 303
    assert (queries.domains_of(westmere.westmere.id), queries.claims_of(westmere.westmere.id)) == ([], ["example.org"])
    assert "Waiting to be confirmed" in browser.get(f"{BASE}/domains").text
    assert browser.get("/api/organizations/westmere/domains/").get_json() == {"domains": [], "waiting": ["example.org"]}
    with pytest.raises(actions.NotUnasked):  # it proves nothing yet
        actions.admit(
            viewer_id=westmere["admin"].id, organization_id=westmere.westmere.id, user_id=westmere["stranger"].id, now=now()
        )
    assert browser.post(f"{BASE}/domains/remove", data={"domain": "example.org"}).status_code == 303
    assert queries.claims_of(westmere.westmere.id) == []
    assert acts() == ["organization.claim_domain", "organization.refuse_domain"]


def test_what_removing_a_domain_means_is_said_before(client_as: SignIn, westmere: Campus) -> None:
    browser, place = client_as(westmere["admin"]), westmere.westmere.id
    actions.add_domain(organization_id=place, domain="example.org")
    path = f"{BASE}/domains/remove?domain=example.org"
    assert f'href="{path}"' in browser.get(f"{BASE}/domains").text
    alone = "Westmere has no other domain"
    for policy, said in (("open", False), ("domain", True)):
        with transaction():
            session.get_one(Organization, place).join_policy = JoinPolicy(policy)
        page = browser.get(path).text
        assert "6 members have an address there and stay members" in page
        assert (alone in page) is said
    assert queries.domains_of(place) == ["example.org"]
    assert browser.get(f"{BASE}/domains/remove?domain=another.example").location == f"{BASE}/domains"
    assert browser.post(f"{BASE}/domains/remove", data={"domain": "example.org"}).status_code == 303
    assert queries.domains_of(place) == []
    assert browser.get(path).location == f"{BASE}/domains"


def test_the_site_confirms_one_claim_and_the_others_end(client_as: SignIn, westmere: Campus) -> None:
    other = make_company(slug="other")
    make_member(user=westmere["stranger"], organization=other, role="owner")
    client_as(westmere["admin"]).post(f"{BASE}/domains", data={"domain": "example.org"})
    client_as(westmere["stranger"]).post("/o/other/manage/domains", data={"domain": "example.org"})
    root = client_as(westmere["site_admin"])
    assert "/admin/organizations/westmere" in root.get("/admin/organizations?only=claims").text
    page = root.get("/admin/organizations/westmere").text
    assert ("Domains to confirm" in page, "13 people with an address there" in page) == (True, True)
    assert root.post("/admin/organizations/westmere/domains", data={"domain": "example.org"}).status_code == 303
    assert [queries.domains_of(each) for each in (westmere.westmere.id, other.id)] == [["example.org"], []]
    assert [queries.claims_of(each) for each in (westmere.westmere.id, other.id)] == [[], []]
    late = client_as(westmere["stranger"]).post("/o/other/manage/domains", data={"domain": "example.org"})
    assert (late.status_code, "belongs to another organization" in late.text) == (409, True)


def test_a_claim_is_turned_down_by_the_site_alone(client_as: SignIn, westmere: Campus) -> None:
    admin, path = client_as(westmere["admin"]), "/admin/organizations/westmere/domains/example.org/refuse"
    admin.post(f"{BASE}/domains", data={"domain": "example.org"})
    assert admin.post(path).status_code == 404
    for _ in range(2):
        assert client_as(westmere["site_admin"]).post(path).status_code == 303
    assert queries.claims_of(westmere.westmere.id) == []
    assert acts() == ["organization.claim_domain", "organization.refuse_domain"]


def test_not_more_than_a_few_claims_wait(westmere: Campus) -> None:
    admin = westmere["admin"]
    for number in range(11):
        make_email(user=admin, address=f"me@d{number}.example", is_primary=False, verified_at=now())
    for number in range(10):
        actions.claim_domain(viewer_id=admin.id, organization_id=westmere.westmere.id, domain=f"d{number}.example", now=now())
    with pytest.raises(actions.ManyClaims):
        actions.claim_domain(viewer_id=admin.id, organization_id=westmere.westmere.id, domain="d10.example", now=now())
    session.rollback()
    assert len(queries.claims_of(westmere.westmere.id)) == 10


@pytest.mark.parametrize(
    ("domain", "status"), [("gmail.com", 422), ("nodots", 422), ("harvard.example", 403), ("taken.example", 409)]
)
def test_domains_that_are_not_theirs(client_as: SignIn, westmere: Campus, domain: str, status: int) -> None:
    actions.add_domain(organization_id=make_company().id, domain="taken.example")
    admin = make_user(email="somebody@taken.example")
    make_member(user=admin, organization=westmere.westmere, role="admin")
    answer = client_as(admin).post(f"{BASE}/domains", data={"domain": domain})
    assert answer.status_code == status
    assert "notice bad" in answer.text
    assert queries.domains_of(westmere.westmere.id) == []


def test_who_is_at_somebody_elses_domain_is_not_told(client_as: SignIn, westmere: Campus) -> None:
    make_user(email="one@private.example")
    browser = client_as(westmere["admin"])
    pages = [browser.get(f"{BASE}/domains?domain={domain}") for domain in ("private.example", "nobody.example")]
    assert [page.status_code for page in pages] == [403, 403]
    assert not any("verified address at" in page.text for page in pages)
    assert browser.get("/api/organizations/westmere/domains/private.example/").status_code == 403
    actions.add_domain(organization_id=westmere.westmere.id, domain="private.example")
    assert "1 person has a verified address at private.example" in browser.get(f"{BASE}/domains?domain=private.example").text


def test_departments_come_are_renamed_and_go(client_as: SignIn, westmere: Campus) -> None:
    browser = client_as(westmere["admin"])

    assert browser.post(f"{BASE}/departments", data={"name": "Biology", "slug": "biology"}).status_code == 303
    assert browser.post(f"{BASE}/departments", data={"name": "Biology", "slug": "biology"}).status_code == 409
    assert browser.post(f"{BASE}/departments", data={"name": "X", "slug": "No Slug"}).status_code == 422
    browser.post(f"{BASE}/departments/biology", data={"name": "Life sciences"})
    assert "Life sciences" in browser.get(f"{BASE}/departments").text
    assert 'value="Life sciences"' in browser.get(f"{BASE}/departments/biology").text
    assert browser.post(f"{BASE}/departments/physics/remove", data={"move_to": "biology"}).status_code == 303
    assert [each.slug for each in queries.departments_of(westmere.westmere.id)] == ["biology"]
    assert [each.slug for each in roster.entry(westmere.westmere.id, "ruth").departments] == ["biology"]
    assert browser.get(f"{BASE}/departments/never").status_code == 404
    make_member(user=westmere["admin"], organization=make_company(slug="firm"), role="owner")
    assert browser.get("/o/firm/manage/departments").status_code == 404
    assert "Departments" not in browser.get("/o/firm/manage/settings").text


def test_a_department_with_posts_stays_with_its_members(client_as: SignIn, westmere: Campus) -> None:
    make_post(department=westmere.physics)
    other = make_department(organization=westmere.westmere, slug="other")
    answer = client_as(westmere["owner"]).post(f"{BASE}/departments/physics/remove", data={"move_to": other.slug})
    assert answer.status_code == 409
    assert "Something was posted in Physics" in answer.text
    assert [each.slug for each in roster.entry(westmere.westmere.id, "ruth").departments] == ["physics"]


def test_settings_are_saved_and_only_what_changed_is_logged(client_as: SignIn, westmere: Campus) -> None:
    browser = client_as(westmere["admin"])

    for _ in range(2):
        assert browser.post(f"{BASE}/settings", data=SETTINGS).status_code == 303
    assert "By the sea." in browser.get("/o/westmere/about").text
    session.expire_all()
    found = queries.by_slug("westmere")
    assert (found.join_policy, found.default_audience, found.verified) == (JoinPolicy.OPEN, "public", False)
    assert acts() == ["organization.edit"]
    browser.post(f"{BASE}/settings", data=SETTINGS | {"verified": "1", "slug": "x", "kind": "company"})
    assert acts() == ["organization.edit"]


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"about": "x" * 5001}, {"join_policy": "magic"}, {"default_audience": "only_me"}]
)
def test_settings_that_make_no_sense(client_as: SignIn, westmere: Campus, wrong: dict[str, str]) -> None:
    answer = client_as(westmere["admin"]).post(f"{BASE}/settings", data=SETTINGS | wrong)
    assert answer.status_code == 422
    assert queries.by_slug("westmere").name == "Westmere"


def test_pages_cost_a_few_statements(client_as: SignIn, westmere: Campus, count_queries: Any) -> None:
    browser = client_as(westmere["owner"])
    for page in ("requests", "invitations", "domains", "departments", "settings", "members/ruth", "departments/physics"):
        with count_queries() as statements:
            assert browser.get(f"{BASE}/{page}").status_code == 200
        assert (page, len(statements) <= 9) == (page, True), len(statements)


def test_whoever_lost_her_rights_changes_nothing(westmere: Campus) -> None:
    place, gone = westmere.westmere.id, westmere["expired"].id
    with pytest.raises(queries.OrganizationNotFound):
        actions.claim_domain(viewer_id=gone, organization_id=place, domain="example.org", now=now())
    with pytest.raises(queries.OrganizationNotFound):
        actions.found_department(viewer_id=gone, organization_id=place, name="X", slug="x", now=now())
