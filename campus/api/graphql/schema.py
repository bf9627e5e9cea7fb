"""The schema: built from the types once, then given their docstrings as descriptions."""

from __future__ import annotations

import inspect
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import strawberry
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLObjectType, print_schema

from campus.api.graphql import leaves
from campus.api.graphql.mutations import Mutation
from campus.api.graphql.queries import Query

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphql import GraphQLField, GraphQLNamedType, GraphQLResolveInfo, GraphQLSchema

DEFINITION = "strawberry-definition"


@cache
def schema() -> GraphQLSchema:
    """What can be asked."""
    made = strawberry.Schema(query=Query, mutation=Mutation)._schema  # noqa: SLF001 - executed by graphql-core itself: see `execution`
    for kind in made.type_map.values():
        if DEFINITION in kind.extensions:
            _describe(kind, kind.extensions[DEFINITION])
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
            for field in kind.fields.values():
                _finish(field)
    for field in made.mutation_type.fields.values() if made.mutation_type else ():
        field.resolve = _anew(field.resolve)
    return made


@cache
def text() -> str:
    """The schema in GraphQL's own language."""
    return print_schema(schema())


def _describe(kind: GraphQLNamedType, definition: Any) -> None:
    if isinstance(kind, GraphQLObjectType | GraphQLInputObjectType):
        kind.description = _words(definition.origin)
    elif isinstance(kind, GraphQLEnumType):
        kind.description = _words(definition.wrapped_cls)


def _finish(field: GraphQLField) -> None:
    """Describe a field by its resolver's docstring; read one without a resolver straight from the object."""
    definition = cast("Any", field.extensions[DEFINITION])
    if definition.base_resolver is not None:
        field.description = _words(definition.base_resolver.wrapped_func)
    elif definition.is_basic_field:
        leaves.prepare(field, definition.python_name)


def _anew(resolve: Callable[..., Any] | None) -> Callable[..., Any]:
    """A mutation begins with nothing remembered: those before it in the same request may have changed it."""

    def begun(source: object, info: GraphQLResolveInfo[Any], **given: object) -> Any:
        info.context.begin_anew()
        return resolve(source, info, **given) if resolve else None

    return begun


def _words(documented: object) -> str | None:
    """A docstring's text, its lines joined."""
    found = inspect.getdoc(documented)
    return " ".join(found.split("\n\n", 1)[0].split()) if found else None
