"""Requests made from the OpenAPI document, as several people: no server error, and every answer as the document says.

Half of the requests keep to the document and half break it; most ids, handles and slugs are those of things that exist.
"""

from __future__ import annotations

import dataclasses
import random
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.result import Ok
from schemathesis.openapi import from_wsgi
from schemathesis.specs.openapi import checks as openapi_checks

from campus.accounts.models import TokenScope
from campus.platform import settings
from tests.factories import make_comment, make_follow, make_like, make_photo, make_post, make_token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from flask import Flask
    from schemathesis import Case
    from schemathesis.core.transport import Response

    from tests.personas import World

load_all_checks()
AIMED = 0.85
EACH = 3  # people who send each request
TELLING = {ParameterLocation.QUERY, ParameterLocation.BODY}
CHECKS = [
    schemathesis.checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance,
    openapi_checks.response_headers_conformance,
]
"""What each answer has to keep. What breaks the document in its query or its body has to be refused besides."""


@dataclasses.dataclass(frozen=True)
class Campus:
    """What requests may be about, and who may send them: tokens by the name of their owner."""

    tokens: Mapping[str, str]
    known: Mapping[str, tuple[Any, ...]]


@pytest.fixture
def campus(world: World) -> Campus:
    return populated(world)


def populated(world: World) -> Campus:
    """A campus with posts of every audience and state, comments, likes, follows; and everybody's token."""
    posts = [
        make_post(author=author, audience=audience)
        for author in (world.alice, world.bob, world.dana, world.charlie)
        for audience in ("public", "followers", "only_me")
    ]
    posts += [make_post(author=world.alice, organization=world.northbridge, audience="organization", official=True)]
    posts += [make_post(author=world.alice, department=world.physics, audience="department")]
    posts += [make_post(author=world.alice, audience="public", state="withdrawn")]
    for post in posts[::2]:
        make_photo(post=post, position=1)
    make_photo(post=posts[0], position=2, state="failed", error="Too blurred")
    comments = [make_comment(post=post, author=author) for post in posts for author in (world.alice, world.bob)]
    make_like(post=posts[0], user=world.bob)
    make_follow(follower=world.bob, target=world.alice)
    people = {
        "alice": world.alice,
        "bob": world.bob,
        "dana": world.dana,
        "charlie": world.charlie,
        "root": world.root,
        "sam": world.sam,
    }
    tokens = {name: make_token(user=person) for name, person in people.items()}
    tokens |= {"reader": make_token(user=world.bob, scopes=(TokenScope.READ,)), "nobody": "", "forged": "pct_forged"}
    known: dict[str, tuple[Any, ...]] = {
        "post_id": tuple(post.id for post in posts),
        "comment_id": tuple(comment.id for comment in comments),
        "position": (1, 2),
        "handle": ("alice", "bob", "charlie", "dana", "eve", "sam", "nobody_here"),
        "slug": ("northbridge", "studio"),
        "department": ("physics", "chemistry"),
        "organization_id": (world.northbridge.id, world.studio.id, None),
        "department_id": (world.physics.id, None, None),
    }
    return Campus(tokens, known)


@pytest.fixture
def unthrottled(app: Flask) -> Iterator[None]:
    """As many requests a minute as the test likes. The quotas of the day stay as they are."""
    more = dict(settings.current().quotas) | {"api": "1000000/minute"}
    with settings.override(dataclasses.replace(settings.current(), quotas=more)):
        yield


def each_in_its_own_context(app: Flask) -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    """As a server does it: nothing is left of the request before."""

    def entered(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with app.app_context():
            return app.wsgi_app(environ, start_response)

    return entered


def hammer(app: Flask, campus: Campus, requests: int) -> dict[str, int]:
    """Send so many requests. Returns how many had each status."""
    schema = from_wsgi("/api/openapi.json", each_in_its_own_context(app))
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    strategies = [
        operation.as_strategy(generation_mode=mode)
        for operation in operations
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    ]
    statuses: dict[str, int] = {}

    @hypothesis_settings(
        max_examples=requests // EACH,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data(), seed=st.integers(0, 2**62))
    def send(data: st.DataObject, seed: int) -> None:
        dice = random.Random(seed)  # even-handed, where Hypothesis prefers what is simple
        case = data.draw(dice.choice(strategies))
        aim(case, dice, campus)
        for who in dice.sample(sorted(campus.tokens), EACH):
            response = call(case, campus.tokens[who])
            statuses[str(response.status_code)] = statuses.get(str(response.status_code), 0) + 1

    send()
    return statuses


def aim(case: Case[Any], dice: random.Random, campus: Campus) -> None:
    """Mostly, put the name of something that exists where the address, or a body that keeps to the document, names something."""
    body = case.body if isinstance(case.body, dict) and ParameterLocation.BODY not in broken(case) else {}
    for named in (case.path_parameters or {}, body):
        for name in sorted(set(named) & set(campus.known)):
            if dice.random() < AIMED:
                named[name] = dice.choice(campus.known[name])


def broken(case: Case[Any]) -> set[ParameterLocation]:
    """The parts of a request that break the document."""
    parts = case.meta.components if case.meta else {}
    return {part for part, about in parts.items() if about.mode is GenerationMode.NEGATIVE}


def call(case: Case[Any], token: str) -> Response:
    """Send a request and hold the answer to the document."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    response = case.call(headers=headers)
    checks = [*CHECKS, openapi_checks.negative_data_rejection] if broken(case) & TELLING else CHECKS
    case.validate_response(response, checks=checks, headers=headers)
    return response


def test_every_answer_is_as_the_document_says(app: Flask, campus: Campus, unthrottled: None) -> None:
    statuses = hammer(app, campus, 450)
    assert sum(statuses.values()) >= 450
    assert {"200", "401", "403", "404", "422"} <= set(statuses)


@pytest.mark.long
def test_fifty_thousand_requests_break_nothing(app: Flask, campus: Campus, unthrottled: None) -> None:
    statuses = hammer(app, campus, 50_001)
    assert sum(statuses.values()) >= 50_000
