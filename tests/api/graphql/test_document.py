"""What docs/api.md says of GraphQL is so."""

from __future__ import annotations

import re

import pytest

from campus.api.graphql import guards
from campus.api.graphql.documents import Documents
from campus.api.graphql.schema import schema
from tests.architecture.sources import ROOT

CHAPTER = (ROOT / "docs" / "api.md").read_text().partition("\n## GraphQL\n")[2].partition("\n## ")[0]
BLOCKS = re.findall(r"^```graphql\n(.*?)^```", CHAPTER, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("text", BLOCKS)
def test_what_is_shown_can_be_asked(text: str) -> None:
    Documents(schema()).judged(text, {}, introspection=False)


def test_there_is_something_to_show() -> None:
    assert len(BLOCKS) == 2


@pytest.mark.parametrize(
    "words",
    [
        f"{guards.MAX_BYTES:,} bytes",
        f"{guards.MAX_TOKENS:,} words and signs",
        f"{guards.MAX_DEFINITIONS} definitions",
        f"{guards.MAX_ALIASES} aliases",
        f"{guards.MAX_DEPTH} levels",
        f"up to {guards.MAX_COST:,} fields",
        f"At most {guards.LARGEST_PAGE} at once",
    ],
)
def test_the_bounds_are_those_of_the_guards(words: str) -> None:
    assert words in CHAPTER
