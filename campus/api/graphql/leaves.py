"""Fields that are plain attributes of what was found, read without ceremony.

Nine of ten fields of an answer are such: graphql-core resolves each by way of an information object, a dictionary of arguments
and questions whether it is awaitable, which takes 5 µs; the attribute and its form for JSON take half of one. Whatever is not as
it should be is left to graphql-core, which then says what is wrong with it.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from graphql import GraphQLEnumType, GraphQLNonNull, GraphQLScalarType, Undefined
from graphql.execution.incremental import IncrementalExecutor
from graphql.pyutils import Path

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphql import GraphQLField, GraphQLObjectType
    from graphql.execution.collect_fields import GroupedFieldSet

LEAF = "campus-leaf"  # the name of a `Leaf` among a field's extensions


class Leaf(NamedTuple):
    """How a field is read, and what form its value has in the answer."""

    read: Callable[[Any], Any]
    form: Callable[[Any], Any]
    nullable: bool


def prepare(field: GraphQLField, attribute: str) -> None:
    """Have a field without a resolver read straight from the object."""
    read = attrgetter(attribute)
    field.resolve = lambda source, _info: read(source)
    kind = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
    if isinstance(kind, GraphQLScalarType | GraphQLEnumType):
        nullable = not isinstance(field.type, GraphQLNonNull)
        field.extensions[LEAF] = Leaf(read, kind.coerce_output_value, nullable)


class PlainExecutor(IncrementalExecutor):
    """graphql-core's, with a shorter way for leaves. Nothing here is ever awaited."""

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        grouped_field_set: GroupedFieldSet,
        position_context: Any,
    ) -> dict[str, Any]:
        """The values of the fields asked of one object, by the names they are asked under."""
        results: dict[str, Any] = {}
        for name, details in grouped_field_set.items():
            known = parent_type.fields.get(details[0].node.name.value)
            leaf: Leaf | None = known.extensions.get(LEAF) if known else None
            value = Undefined if leaf is None else _of(leaf, source_value)
            if value is Undefined:
                at = Path(path, name, parent_type.name)
                value = self.execute_field(parent_type, source_value, details, at, position_context)
            if value is not Undefined:
                results[name] = value
        return results


def _of(leaf: Leaf, source: Any) -> Any:
    """The leaf's value, or `Undefined`: then it is no ordinary one."""
    try:
        value = leaf.read(source)
        if value is not None:
            value = leaf.form(value)
    except Exception:  # noqa: BLE001 - it will be raised again, where it is told with its place
        return Undefined
    return Undefined if value is None and not leaf.nullable else value
