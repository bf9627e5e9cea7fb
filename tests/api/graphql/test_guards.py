"""What a document may ask, and that judging it is cheap however it is written."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import pytest
from graphql import get_introspection_query

from campus.api.graphql.documents import MOST_KEPT, Documents, NoSuchOperation, NotUnderstood
from campus.api.graphql.guards import TooMuch
from campus.api.graphql.schema import schema
from campus.platform.inputs import UnreadableText

CPU = 0.5  # seconds, on a machine that does other things too


def judged(text: str, *, introspection: bool = True, **variables: Any) -> None:
    Documents(schema()).judged(text, variables, introspection=introspection)


def doubling(fragments: int) -> str:
    """Each fragment spreads the next one twice."""
    chain = " ".join(f"fragment F{n} on Post {{ ...F{n + 1} ...F{n + 1} }}" for n in range(fragments))
    return f"{{ homeFeed(limit: 1) {{ ...F0 }} }} {chain} fragment F{fragments} on Post {{ id }}"


def nested(levels: int) -> str:
    return "{ homeFeed(limit: 1) { " + "comments(first: 1) { nodes { " * levels + "id" + " } }" * levels + " } }"


@pytest.mark.parametrize(
    "text",
    [
        "{ me { id } }",
        "{ homeFeed(limit: 50) { id title text author { handle name } counts { likes comments } photos { alt files { url } } } }",
        "{ homeFeed(limit: 50) { comments(first: 50) { nodes { id text } } } }",
        "{ homeFeed { ...A ...B } } fragment A on Post { id ...B } fragment B on Post { author { name } }",
        get_introspection_query(),
        get_introspection_query(input_value_deprecation=True, specified_by_url=True, directive_is_repeatable=True),
        "{ " + " ".join(f"a{n}: me {{ id }}" for n in range(15)) + " }",
    ],
)
def test_what_people_ask_is_let_through(text: str) -> None:
    judged(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (nested(4), "levels deep"),
        ("{ " + "me { " * 150 + "id" + " }" * 150 + " }", "levels deep"),
        ("{ me { " + "... { " * 60 + "id" + " }" * 60 + " } }", "levels deep"),
        ("{ " + " ".join(f"a{n}: me {{ id }}" for n in range(16)) + " }", "15 aliases"),
        ("{ me { " + "id " * 1000 + "} }", "1,000 words"),
        (" ".join(f"query Q{n} {{ me {{ id }} }}" for n in range(21)), "20 are possible"),
        ("{ homeFeed { ...A } } fragment A on Post { ...B } fragment B on Post { ...A }", "spreads itself"),
        ("{ homeFeed { ...A } } fragment A on Post { author { ...A } }", "spreads itself"),
        ("{ homeFeed(limit: 50) { comments(first: 50) { nodes { id text author { id name handle url } mine } } } }", "20,000"),
        (
            "{ homeFeed(limit: 1000000) { comments(first: 2000000000) { nodes { id text mine author { id name handle } } } } }",
            "20,000",
        ),
        (
            "{ "
            + " ".join(f"a{n}: homeFeed(limit: 50) {{ ...A }}" for n in range(12))
            + " } fragment A on Post { "
            + "comments(first: 20) { nodes { id text } } }",
            "20,000",
        ),
        (doubling(18), "20,000"),
        ("{ homeFeed { " + "author { id } " * 11 + "} }", "10 times"),
        (
            "{ "
            + " ".join(
                f"a{n}: __schema {{ types {{ name kind fields {{ name type {{ kind name }} args {{ name description }} }} }} }}"
                for n in range(15)
            )
            + " }",
            "40,000",
        ),
    ],
)
def test_what_is_too_much_is_refused(text: str, words: str) -> None:
    with pytest.raises(TooMuch, match=words):
        judged(text)


def test_the_length_of_a_list_may_be_a_variable() -> None:
    text = "query($n: Int!) { homeFeed(limit: $n) { comments(first: 50) { nodes { id text mine author { id name handle } } } } }"
    documents = Documents(schema())
    documents.judged(text, {"n": 5}, introspection=True)
    for number in (50, 10**9, 2**70, "5", None, [1], 5.5):  # what is no number is refused when it is executed
        with pytest.raises(TooMuch):
            documents.judged(text, {"n": number}, introspection=True)
    with pytest.raises(TooMuch):
        documents.judged(text, {}, introspection=True)
    assert documents.judged(text, {"n": 5}, introspection=True).varies


def test_a_variable_that_is_not_given_counts_as_its_default() -> None:
    fields = "{ homeFeed(limit: $n) { comments(first: 50) { nodes { id text mine author { id name handle } } } } }"
    judged("query($n: Int = 5) " + fields)
    with pytest.raises(TooMuch):
        judged("query($n: Int = 50) " + fields)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "{ me {} }",
        "{ me }",
        "{ no }",
        "{ me { id } } { me { id } }",
        "subscription { a }",
        "type A { b: Int }",
        "{ me { id } } fragment A on Post { id }",
        "{ me { ...Nobody } }",
        '{ user(handle: "\\uD800") { id } }',
    ],
)
def test_what_is_no_graphql_or_not_of_this_schema_is_told(text: str) -> None:
    with pytest.raises(NotUnderstood):
        judged(text)


@pytest.mark.parametrize("text", ['{ user(handle: "\\u0000") { id } }', '{ user(handle: "\\u{0}") { id } }'])
def test_texts_that_nothing_can_store_are_refused(text: str) -> None:
    with pytest.raises(UnreadableText):
        judged(text)


def test_an_operation_has_to_be_chosen() -> None:
    found = Documents(schema()).judged("query A { me { id } } mutation B { unlike(postId: 1) { liked } }", {}, introspection=True)
    assert not found.writes("A")
    assert found.writes("B")
    for name in (None, "C", ""):
        with pytest.raises(NoSuchOperation):
            found.writes(name)


def test_what_is_remembered_is_bounded() -> None:
    documents = Documents(schema())
    for n in range(MOST_KEPT + 10):
        documents.judged(f"query Q{n} {{ me {{ id }} }}", {}, introspection=True)
    documents.judged("{ me { id } } #" + "x" * 10_000, {}, introspection=True)
    with pytest.raises(NotUnderstood):
        documents.judged("{ no }", {}, introspection=True)
    assert len(documents._kept) == MOST_KEPT


def test_what_introspection_found_good_is_asked_anew_without_it() -> None:
    documents, text = Documents(schema()), "{ __schema { queryType { name } } }"
    documents.judged(text, {}, introspection=True)
    with pytest.raises(NotUnderstood, match="introspection"):
        documents.judged(text, {}, introspection=False)


@pytest.mark.parametrize(
    "text",
    [
        doubling(19),
        "{ " + "id " * 990 + "}",
        "{ homeFeed { " + "id " * 985 + "} }",
        "{ homeFeed { " + "author { id } " * 240 + "} }",
        "{ homeFeed { " + "author { id name handle url } " * 140 + "} }",
        "{ homeFeed { " + "... on Post { author { id } } " * 120 + "} }",
        "{ " + "homeFeed { author { id } } " * 140 + "}",
        "{ homeFeed { " + "...A " * 480 + "} } fragment A on Post { id }",
        "{ homeFeed { " + "comments(first: 1) { nodes { id } } " * 80 + "} }",
        "{ me { id" + " @include(if: true)" * 160 + " } }",
        "query(" + "".join(f"$a{n}: Int, " for n in range(240)) + ") { me { id } }",
        "{ user(handle: " + "[" * 150 + "]" * 150 + ") { id } }",
        '{ user(handle: "' + "x" * 90_000 + '") { id } }',
        "#" * 90_000 + "\n{ me { id } }",
        "#\n" * 45_000 + "{ me { id } }",
        "{ " + " ".join(f"homeFeed(limit: {n}) {{ id }}" for n in range(120)) + " }",
        "{ homeFeed(limit: " + "9" * 90_000 + ") { id } }",
        "{ me { " + "nothing " * 980 + "} }",
        "{ me { " + " ".join(f"nothing{n}" for n in range(980)) + "} }",
        " ".join(f"fragment F{n} on Post {{ " + " ".join(f"...F{m}" for m in range(19)) + " }" for n in range(19))
        + "{ homeFeed { ...F0 } }",
        " ".join(f"fragment F{n} on Post {{ " + " ".join(f"...F{m}" for m in range(n + 1, 19)) + " id }" for n in range(19))
        + "{ homeFeed { ...F0 } }",
    ],
    ids=range(21),
)
def test_judging_is_cheap(text: str) -> None:
    began = time.process_time()
    with suppress(TooMuch, NotUnderstood):
        judged(text)
    assert time.process_time() - began < CPU
