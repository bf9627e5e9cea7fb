"""Every page and every button of moderation, asked by everybody: a desk is there for those whose it is, and for nobody else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from campus.moderation.kinds import Action
from campus.moderation.models import Decision
from campus.organizations.models import Role
from campus.platform.db import session, transaction
from tests.api.matrix.asking import undone
from tests.factories import make_member, make_post, make_user
from tests.moderation.court import decide, post_target, report

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from campus.accounts.models import User
    from tests.conftest import Client
    from tests.personas import World

ITS_OWN = re.compile(r"[0-9a-f]{16}|csrf_token[^>]*>|X-CSRFToken[^}]*}")
UNKNOWN = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Cases:
    """Three cases: of Northbridge, of Studio Lumen, and about a post of Northbridge's moderator; and who else there is."""

    northbridge: int
    studio: int
    about_mina: int
    people: dict[str, User]


@pytest.fixture
def cases(world: World, mina: User, readers: list[User]) -> Cases:
    with transaction():
        vera = make_user(handle="vera", name="Vera")
        make_member(user=vera, organization=world.studio, role=Role.OWNER)
        for member in (world.charlie, readers[0]):
            make_member(user=member, organization=world.studio)
        posts = (
            make_post(author=world.bob, organization=world.northbridge),
            make_post(author=world.charlie, organization=world.studio),
            make_post(author=mina, organization=world.northbridge),
        )
    northbridge, studio, about_mina = (report(readers[0], post_target(post)).case_id for post in posts)
    named = {name: getattr(world, name) for name in ("alice", "bob", "charlie", "dana", "eve", "root")}
    return Cases(northbridge, studio, about_mina, people=named | {"mina": mina, "vera": vera, "reporter": readers[0]})


# Who sits at which desk; the site's administrator handles whatever is routed there, and may look at the rest.
DESKS = {"northbridge": {"dana", "mina"}, "studio": {"vera"}, "": {"root"}}
WHO = ("alice", "bob", "charlie", "dana", "eve", "mina", "root", "vera", "reporter")


def rules(app: Flask) -> list[tuple[str, str]]:
    """Method and rule of every page of a desk."""
    return [
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("desk.")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    ]


def filled(rule: str, slug: str, case_id: int) -> str:
    return (
        rule.replace("<slug>", slug)
        .replace("<int:case_id>", str(case_id))
        .replace("<uuid:token>", UNKNOWN)
        .replace("<int:width>.<any(webp, jpg):extension>", "320.webp")
    )


@pytest.mark.parametrize("who", WHO)
def test_a_desk_is_there_for_its_own_people_alone(
    app: Flask, cases: Cases, client_as: Callable[[User], Client], who: str
) -> None:
    """Whoever has no seat at a desk gets what an address that never was gets, on every page and button."""
    browser = client_as(cases.people[who])
    missing = ITS_OWN.sub("", browser.get("/moderation/never/was").text)
    wrong = []
    for method, rule in rules(app):
        for slug in ("northbridge", "studio") if "<slug>" in rule else ("",):
            if who in DESKS[slug]:
                continue
            for case_id in (cases.northbridge, cases.studio, cases.about_mina):
                with undone(app):
                    answer = browser.open(filled(rule, slug, case_id), method=method)
                if answer.status_code != 404 or ITS_OWN.sub("", answer.text) != missing:
                    wrong.append(f"{method} {rule} {slug} {case_id}: {answer.status_code}")
    assert wrong == []


def test_nobody_signed_in_is_sent_to_sign_in(app: Flask, cases: Cases, client: Client) -> None:
    wrong = {
        f"{method} {rule}"
        for method, rule in rules(app)
        if client.open(filled(rule, "northbridge", cases.northbridge), method=method).status_code != 303
    }
    assert wrong == set()


@pytest.mark.parametrize(
    ("who", "desk", "seen"),
    [
        ("dana", "/o/northbridge/manage/moderation", {"northbridge"}),
        ("mina", "/o/northbridge/manage/moderation", {"northbridge"}),
        ("vera", "/o/studio/manage/moderation", {"studio"}),
        ("root", "/moderation", {"northbridge", "studio", "about_mina"}),
    ],
)
def test_a_desk_shows_its_own_cases_and_nobody_a_case_about_herself(
    cases: Cases, client_as: Callable[[User], Client], who: str, desk: str, seen: set[str]
) -> None:
    """An organization's moderator sees nothing of another's; what is about her is not on her desk, by any address."""
    browser = client_as(cases.people[who])
    listed = browser.get(desk).text
    for name in ("northbridge", "studio", "about_mina"):
        number = getattr(cases, name)
        for page in ("", "/decide"):
            assert (browser.get(f"{desk}/cases/{number}{page}").status_code == 200) is (name in seen), (name, page)
        for act in ("claim", "release", "take-over", "escalate", "notes", "reopen", "undo", "appeal", "decide"):
            answer = browser.post(f"{desk}/cases/{number}/{act}")
            assert (answer.status_code == 404) is (name not in seen), (name, act, answer.status_code)
        if who != "root":
            assert (f"/cases/{number}" in listed) is (name in seen)
    assert browser.get(f"{desk}/health").status_code == 200


def test_two_desks_of_one_person_are_not_mixed(world: World, cases: Cases, client_as: Callable[[User], Client]) -> None:
    with transaction():
        make_member(user=world.dana, organization=world.studio, role=Role.MODERATOR)
    dana = client_as(world.dana)
    assert dana.get(f"/o/northbridge/manage/moderation/cases/{cases.studio}").status_code == 404
    assert dana.get(f"/o/studio/manage/moderation/cases/{cases.studio}").status_code == 200
    assert f"/cases/{cases.studio}" not in dana.get("/o/northbridge/manage/moderation").text


def test_a_letter_is_open_to_who_has_its_address(
    world: World, cases: Cases, mina: User, client: Client, client_as: Callable[[User], Client]
) -> None:
    """Its author needs no session; a random address, or that of a decision that did nothing, is nobody's letter."""
    decision = decide(mina, cases.northbridge, Action.WARN)
    letter = session.get_one(Decision, decision.id).letter
    for browser in (client, client_as(world.bob)):
        page = browser.get(f"/moderation/letters/{letter}").text
        assert "It was spam." in page
        for hidden in ("Mina", "Reader 0", "Look"):
            assert hidden not in page
    assert client.get(f"/moderation/letters/{UNKNOWN}").status_code == 404
    assert client.post(f"/moderation/letters/{UNKNOWN}/appeal", data={"text": "No."}).status_code == 404
