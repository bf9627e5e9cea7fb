"""Random and hostile documents for `/graphql`, the same ones for the same seed.

Random ones are drawn from the schema, mostly valid, some broken; hostile ones are of the shapes that have brought servers down.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_introspection_query,
    get_named_type,
)

from campus.api.graphql.schema import schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from graphql import GraphQLArgument, GraphQLField, GraphQLInputField

TEXTS = (
    "",
    "alice",
    "northbridge",
    "physics",
    "0",
    "1",
    "2",
    "-1",
    "9" * 19,
    "9" * 40,
    "\\u0000",
    "\\uD800",
    "\\u{1F600}",
    "x" * 3000,
    "'; DROP TABLE post; --",
    "%",
    "\\\\",
    "{{7*7}}",
    "٣",
    "null",
    "1-1",
    "../../etc/passwd",
    "\\b\\f\\n\\r\\t",
)
NUMBERS = (
    "0",
    "1",
    "-1",
    "10",
    "50",
    "51",
    "1000000",
    "2147483647",
    "2147483648",
    "-2147483648",
    "9" * 40,
    "1.5",
    "1e400",
    "null",
    '"7"',
)
CALM_TEXTS = (
    "",
    "alice",
    "bob",
    "northbridge",
    "physics",
    "0",
    "1",
    "2",
    "-1",
    "9" * 40,
    "%",
    "x" * 3000,
    "'; DROP TABLE post; --",
)
CALM_NUMBERS = ("0", "1", "-1", "3", "10", "50", "51", "2147483647")


@dataclass(frozen=True)
class Document:
    """What is sent: the query and its variables."""

    query: str
    variables: Any = None


class Dice(random.Random):
    """Chance, and whether it is `calm`: then what is drawn is valid, but for its texts and numbers."""

    calm = True


def documents(seed: int, number: int) -> Iterator[Document]:
    """So many documents, half of them drawn from the schema."""
    dice = Dice(seed)
    for _ in range(number):
        yield _drawn(dice) if dice.random() < 0.5 else dice.choice(SHAPES)(dice)


def _drawn(dice: Dice) -> Document:
    made, dice.calm = schema(), dice.random() < 0.7
    kind, root = dice.choice([("query", made.query_type)] * 3 + [("mutation", made.mutation_type)])
    assert isinstance(root, GraphQLObjectType)
    text = f"{kind} {{ {_selection(dice, root, dice.randint(1, 7))} }}"
    if not dice.calm and dice.random() < 0.5:
        text = _broken(dice, text)
    return Document(text)


def _selection(dice: Dice, kind: GraphQLObjectType, levels: int) -> str:
    names = dice.sample(list(kind.fields), min(len(kind.fields), dice.randint(1, 5)))
    return " ".join(_field(dice, name, kind.fields[name], levels) for name in names) or "__typename"


def _field(dice: Dice, name: str, field: GraphQLField, levels: int) -> str:
    below = get_named_type(field.type)
    selected = ""
    if isinstance(below, GraphQLObjectType):
        selected = f" {{ {_selection(dice, below, levels - 1) if levels > 0 else '__typename'} }}"
    alias = f"a{dice.randint(0, 99)}: " if dice.random() < 0.2 else ""
    given = [f"{key}: {_value(dice, argument)}" for key, argument in field.args.items() if _is_said(dice, argument)]
    directive = dice.choice([""] * 8 + [" @include(if: true)", " @skip(if: false)"] + [" @skip(if: 1)", " @no"] * (not dice.calm))
    arguments = f"({', '.join(given)})" if given else ""
    return f"{alias}{name}{arguments}{directive}{selected}"


def _is_said(dice: Dice, argument: GraphQLArgument | GraphQLInputField) -> bool:
    return dice.random() < (0.4 if not isinstance(argument.type, GraphQLNonNull) else 1 if dice.calm else 0.9)


def _value(dice: Dice, argument: GraphQLArgument | GraphQLInputField) -> str:
    kind = argument.type.of_type if isinstance(argument.type, GraphQLNonNull) else argument.type
    if not dice.calm and dice.random() < 0.1:
        return dice.choice(["null", "[]", "{}", "$nothing", "RED", "[[[]]]", "true"])
    if isinstance(kind, GraphQLInputObjectType):
        return "{" + ", ".join(f"{key}: {_value(dice, one)}" for key, one in kind.fields.items() if _is_said(dice, one)) + "}"
    text = f'"{dice.choice(CALM_TEXTS if dice.calm else TEXTS)}"'
    choices: dict[str, Sequence[str]] = {"Boolean": ("true", "false"), "Int": CALM_NUMBERS if dice.calm else NUMBERS}
    if isinstance(kind, GraphQLEnumType):
        choices[kind.name] = list(kind.values)
    return "[]" if isinstance(kind, GraphQLList) else dice.choice(choices.get(kind.name, (text,)))


def _broken(dice: Dice, text: str) -> str:
    place = dice.randrange(len(text))
    return dice.choice(
        [
            text[:place],
            text[:place] + dice.choice("{}()[]!$:@\"'#\\\0\ufeff\u2028é") + text[place:],
            text[place:],
            text * 2,
            text.upper(),
        ]
    )


def _deep(dice: Dice) -> Document:
    levels = dice.choice([4, 10, 50, 150, 400, 5000])
    return Document("{ homeFeed(limit: 1) { " + "comments(first: 1) { nodes { " * levels + "id" + " } }" * levels + " } }")


def _bare_depth(dice: Dice) -> Document:
    levels = dice.choice([10, 199, 201, 400, 20_000])
    return Document("{ me " * levels + "}" * levels)


def _aliases(dice: Dice) -> Document:
    number = dice.choice([14, 16, 100, 1000, 5000])
    return Document("{ " + " ".join(f"a{n}: homeFeed(limit: 50) {{ id }}" for n in range(number)) + " }")


def _circles(dice: Dice) -> Document:
    number = dice.choice([1, 2, 5, 18])
    chain = " ".join(f"fragment F{n} on Post {{ id ...F{(n + 1) % number} }}" for n in range(number))
    return Document(f"{{ homeFeed {{ ...F0 }} }} {chain}")


def _doubling(dice: Dice) -> Document:
    number, times = dice.choice([3, 10, 18, 30]), dice.choice([2, 3, 9])
    chain = " ".join(f"fragment F{n} on Post {{ {f'...F{n + 1} ' * times} }}" for n in range(number))
    return Document(f"{{ homeFeed(limit: 1) {{ ...F0 }} }} {chain} fragment F{number} on Post {{ id }}")


def _limits(dice: Dice) -> Document:
    first, second = dice.choice(NUMBERS), dice.choice(NUMBERS)
    return Document(
        f"{{ homeFeed(limit: {first}, offset: {second}) {{ comments(first: {first}) {{ nodes {{ author {{ name }} }} }} }} }}"
    )


def _variables(dice: Dice) -> Document:
    query = "query($n: Int!, $c: String) { homeFeed(limit: $n) { id } homeFeedConnection(first: $n, after: $c) { nodes { id } } }"
    value = dice.choice([0, -1, 50, 10**6, 2**31, 2**63, 10**300, 1.5, "1", None, True, [1], {"a": 1}, "x" * 5000])
    return Document(
        query, dice.choice([{"n": value, "c": value}, {"n": value}, {}, None, {"n": 1, "extra": value}, [value], value])
    )


def _long(dice: Dice) -> Document:
    size = dice.choice([1_000, 90_000, 200_000, 1_000_000])
    return Document(
        dice.choice(["{ me { id } } #", '{ user(handle: "', "{ me { id } }", "{ "])
        + dice.choice(["x", " ", "{", "#\n", "é"]) * size
    )


def _same(dice: Dice) -> Document:
    number = dice.choice([10, 11, 60, 240])
    return Document(
        "{ homeFeed(limit: 1) { "
        + dice.choice(["author { id } ", "id ", "... on Post { author { id } } ", "...A "]) * number
        + "} } fragment A on Post { author { id } }"
    )


def _introspection(dice: Dice) -> Document:
    nested = "{ __schema { types { fields { type { " + "fields { type { " * dice.choice([1, 3, 6]) + "name"
    nested += " } }" * (nested.count("fields { type {")) + " } } }"
    doubled = (
        "{ "
        + " ".join(f"a{n}: __schema {{ types {{ name fields {{ name }} }} }}" for n in range(dice.choice([2, 10, 15])))
        + " }"
    )
    return Document(dice.choice([get_introspection_query(), nested, doubled, '{ __type(name: "User") { fields { name } } }']))


def _operations(dice: Dice) -> Document:
    number = dice.choice([2, 20, 21, 90])
    return Document(" ".join(f"query Q{n} {{ me {{ id }} }}" for n in range(number)))


def _writes(dice: Dice) -> Document:
    number = dice.choice([1, 5, 15, 100])
    return Document(
        "mutation { "
        + " ".join(f'a{n}: comment(postId: "{n}", text: "{dice.choice(TEXTS)}") {{ comment {{ id }} }}' for n in range(number))
        + " }"
    )


def _rubbish(dice: Dice) -> Document:
    return Document(
        "".join(
            chr(dice.choice([dice.randrange(32, 127), dice.randrange(0x250), dice.randrange(0x1F600, 0x1F650)]))
            for _ in range(dice.randint(0, 300))
        )
    )


SHAPES: tuple[Callable[[Dice], Document], ...] = (
    _deep,
    _bare_depth,
    _aliases,
    _circles,
    _doubling,
    _limits,
    _variables,
    _long,
    _same,
    _introspection,
    _operations,
    _writes,
    _rubbish,
)
