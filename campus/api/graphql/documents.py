"""Documents, each parsed, weighed and validated once: programs send the same few again and again.

What is remembered is bounded in number and length, and only what was found good is: nobody fills it with rubbish.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLError,
    GraphQLSyntaxError,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    parse,
    specified_rules,
    validate,
)

from campus.api.graphql import guards
from campus.api.graphql.guards import TooMuch
from campus.platform.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphql import DocumentNode, GraphQLSchema

MOST_KEPT = 256
LONGEST_KEPT = 8_000  # characters
MOST_ERRORS = 10
TOO_MANY_TOKENS = "Document contains more than"  # as graphql-core says it


class NotUnderstood(Invalid):
    """The document is no GraphQL, or not of this schema; `problems` are graphql-core's."""

    status = 400
    title = "This query is not valid"

    def __init__(self, problems: list[GraphQLError]) -> None:
        super().__init__(problems[0].message)
        self.problems = problems


class NoSuchOperation(Invalid):
    """The document has no operation of this name, or several and no name is given."""

    status = 400
    title = "Which operation?"


@dataclass(frozen=True, slots=True)
class Judged:
    """A document that may be executed. `varies`: what it costs depends on the variables."""

    document: DocumentNode
    varies: bool

    def writes(self, name: str | None) -> bool:
        """Whether the operation chosen changes something.

        Raises:
            NoSuchOperation: none is chosen.
        """
        operations = [one for one in self.document.definitions if isinstance(one, OperationDefinitionNode)]
        chosen = [one for one in operations if name is None or (one.name and one.name.value == name)]
        if len(chosen) != 1:
            names = ", ".join(one.name.value for one in operations if one.name) or "none with a name"
            raise NoSuchOperation(f"Choose an operation by operationName; the document has {names}.", field="operationName")
        return chosen[0].operation is OperationType.MUTATION


class Documents:
    """The documents of one schema."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._kept: OrderedDict[tuple[str, bool], Judged] = OrderedDict()
        self._lock = threading.Lock()

    def judged(self, text: str, variables: Mapping[str, Any], *, introspection: bool) -> Judged:
        """The document, if it may be executed with these variables.

        Raises:
            TooMuch: it breaks one of the limits.
            NotUnderstood: it is no GraphQL, or not of this schema.
        """
        key = (text, introspection)
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
        if found is not None:
            if found.varies:
                guards.check_weight(self._schema, found.document, variables)
            return found
        made = self._judge(text, variables, introspection=introspection)
        if len(text) <= LONGEST_KEPT:
            self._keep(key, made)
        return made

    def _judge(self, text: str, variables: Mapping[str, Any], *, introspection: bool) -> Judged:
        document = _parsed(text)
        guards.check_shape(document)
        varies = guards.check_weight(self._schema, document, variables)
        rules = specified_rules if introspection else (*specified_rules, NoSchemaIntrospectionCustomRule)
        problems = validate(self._schema, document, rules, max_errors=MOST_ERRORS, hide_suggestions=not introspection)
        if problems:
            raise NotUnderstood(problems)
        return Judged(document, varies)

    def _keep(self, key: tuple[str, bool], made: Judged) -> None:
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)


def _parsed(text: str) -> DocumentNode:
    try:
        document = parse(text, max_tokens=guards.MAX_TOKENS, max_source_length=guards.MAX_BYTES, allow_empty_selection_sets=False)
    except GraphQLSyntaxError as error:
        if TOO_MANY_TOKENS in error.message:
            raise TooMuch(f"The document has more than {guards.MAX_TOKENS:,} words and signs.") from None
        raise NotUnderstood([error]) from None
    if "\\u" in text:
        guards.check_texts(document)
    return document
