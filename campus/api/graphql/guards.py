"""What a document may ask, judged before anything else looks at it. The judgement itself costs time in proportion to its length.

Each fragment is walked once and remembered, however often it is spread, so that twenty fragments that each spread the next
twice are no more work than twenty fragments. (A depth limiter without this memory takes 11 s on 749 bytes of that.)
Depth and cost are those of the answer: a fragment counts wherever it is spread.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    IntValueNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    StringValueNode,
    VariableNode,
    Visitor,
    get_named_type,
    visit,
)
from graphql.language import InlineFragmentNode
from graphql.type.introspection import SchemaMetaFieldDef, TypeMetaFieldDef

from campus.platform.errors import Invalid
from campus.platform.inputs import clean_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphql import DocumentNode, GraphQLField, GraphQLNamedType, GraphQLSchema, SelectionSetNode

MAX_BYTES = 100_000
MAX_TOKENS = 1_000
MAX_DEFINITIONS = 20
MAX_ALIASES = 15
MAX_DEPTH = 8
MAX_INTROSPECTION_DEPTH = 16
MAX_NESTING = 40  # selection sets within each other, those of inline fragments included, which add nothing to the depth
MAX_REPEATS = 10  # of one field beside itself: whether they can be merged is asked of each pair
MAX_COST = 20_000  # fields of the answer
MAX_INTROSPECTION_COST = 40_000
LARGEST_PAGE = 50
PAGING = ("limit", "first")
# How long lists without such an argument usually are. Nodes are counted with their connection; below them, introspection's.
LENGTHS = {
    "photos": 4,
    "latestComments": 2,
    "actors": 2,
    "nodes": 1,
    "types": 60,
    "fields": 6,
    "directives": 6,
    "args": 1,
    "interfaces": 1,
    "possibleTypes": 1,
    "enumValues": 1,
    "inputFields": 1,
}
USUAL_LENGTH = 5
META = {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef}


class TooMuch(Invalid):
    """The document asks for more than one request may."""

    status = 400
    title = "This asks for too much at once"


@dataclass(frozen=True, slots=True)
class Weight:
    """What a selection comes to: levels below it, fields of its answer, and whether a variable has a say in their number."""

    depth: int = 0
    cost: int = 0
    varies: bool = False


def check_shape(document: DocumentNode) -> None:
    """Refuse what can be refused by counting.

    Raises:
        TooMuch: too many definitions.
    """
    if len(document.definitions) > MAX_DEFINITIONS:
        raise TooMuch(f"The document has {len(document.definitions)} definitions; up to {MAX_DEFINITIONS} are possible.")


def check_texts(document: DocumentNode) -> None:
    """Refuse texts that nothing can store; what came as JSON was looked at before, escapes of GraphQL's own were not.

    Raises:
        UnreadableText: there is one.
    """
    visit(document, _Texts())


class _Texts(Visitor):
    def enter_string_value(self, node: StringValueNode, *_rest: object) -> None:
        clean_text(node.value)


def check_weight(schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> bool:
    """Refuse what is too deep, has too many aliases, goes in circles, or answers with too many fields.

    Returns whether the cost depends on the variables, so that it has to be asked anew for others.

    Raises:
        TooMuch: it says which limit, and what it is.
    """
    walk = _Walk(schema, variables, {})
    for definition in document.definitions:
        if isinstance(definition, FragmentDefinitionNode):
            walk.fragments[definition.name.value] = definition
    varies = False
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            walk.defaults = _defaults(definition)
            root = schema.get_root_type(definition.operation)
            weight = walk.of(definition.selection_set, root, 1)
            varies = varies or weight.varies
            _refuse_heavy(weight, asks_of_itself=walk.introspects)
    return varies


def _refuse_heavy(weight: Weight, *, asks_of_itself: bool) -> None:
    most_depth, most_cost = (MAX_INTROSPECTION_DEPTH, MAX_INTROSPECTION_COST) if asks_of_itself else (MAX_DEPTH, MAX_COST)
    if weight.depth > most_depth:
        raise TooMuch(f"The query is more than {most_depth} levels deep.")
    if weight.cost > most_cost:
        raise TooMuch(f"The query could answer with more than {most_cost:,} fields. Ask for fewer or shorter lists.")


def _defaults(operation: OperationDefinitionNode) -> dict[str, int]:
    """The whole numbers that variables stand for when they are not given."""
    given = (one for one in operation.variable_definitions or () if not isinstance(one.type, NonNullTypeNode))
    return {one.variable.name.value: _whole(one.default_value) for one in given if isinstance(one.default_value, IntValueNode)}


def _whole(node: IntValueNode) -> int:
    """The number, or more than any page holds if it has more digits than a number of GraphQL can have."""
    return int(node.value) if len(node.value) <= 10 else LARGEST_PAGE  # noqa: PLR2004 - digits of 32 bits


@dataclass
class _Walk:
    """One pass over a document. `seen` holds what each fragment comes to; None while it is being walked."""

    schema: GraphQLSchema
    variables: Mapping[str, Any]
    fragments: dict[str, FragmentDefinitionNode]
    defaults: dict[str, int] = field(default_factory=dict)
    seen: dict[str, Weight | None] = field(default_factory=dict)
    aliases: int = 0
    introspects: bool = False

    def of(self, selected: SelectionSetNode | None, parent: GraphQLNamedType | None, nesting: int) -> Weight:
        """What a selection on a type comes to."""
        if selected is None:
            return Weight()
        if nesting > MAX_NESTING:
            raise TooMuch(f"The query is more than {MAX_DEPTH} levels deep.")
        _refuse_repeats(selected)
        depth, cost, varies = 0, 0, False
        for selection in selected.selections:
            if isinstance(selection, FieldNode):
                weight = self._field(selection, parent, nesting)
            elif isinstance(selection, FragmentSpreadNode):
                weight = self._spread(selection.name.value, nesting)
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                weight = self.of(selection.selection_set, self._named(condition.name.value) if condition else parent, nesting + 1)
            depth, cost, varies = max(depth, weight.depth), cost + weight.cost, varies or weight.varies
        return Weight(depth, min(cost, MAX_INTROSPECTION_COST + 1), varies)

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None, nesting: int) -> Weight:
        if node.alias is not None:
            self.aliases += 1
            if self.aliases > MAX_ALIASES:
                raise TooMuch(f"The document has more than {MAX_ALIASES} aliases.")
        name = node.name.value
        self.introspects = self.introspects or name in META
        known = META.get(name) or (
            parent.fields.get(name) if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) else None
        )
        below = self.of(node.selection_set, get_named_type(known.type) if known else None, nesting + 1)
        length, varies = self._length(node, known) if node.selection_set else (1, False)
        return Weight(1 + below.depth, 1 + length * below.cost, varies or below.varies)

    def _spread(self, name: str, nesting: int) -> Weight:
        if name in self.seen:
            weight = self.seen[name]
            if weight is None:
                raise TooMuch(f"The fragment {name} spreads itself.")
            return weight
        fragment = self.fragments.get(name)
        if fragment is None:
            return Weight()  # validation says so
        self.seen[name] = None
        weight = self.of(fragment.selection_set, self._named(fragment.type_condition.name.value), nesting + 1)
        self.seen[name] = weight
        return weight

    def _named(self, name: str) -> GraphQLNamedType | None:
        return self.schema.type_map.get(name)

    def _length(self, node: FieldNode, known: GraphQLField | None) -> tuple[int, bool]:
        """How many objects the field can answer with, and whether a variable says so."""
        if known is None:
            return LARGEST_PAGE, False
        paging = next((name for name in PAGING if name in known.args), None)
        if paging is None:
            return (LENGTHS.get(node.name.value, USUAL_LENGTH) if _is_list(known) else 1), False
        given = next((one.value for one in node.arguments or () if one.name.value == paging), None)
        if isinstance(given, IntValueNode):
            return _clamped(_whole(given)), False
        if isinstance(given, VariableNode):
            return _clamped(self.variables.get(given.name.value, self.defaults.get(given.name.value))), True
        return _clamped(known.args[paging].default_value), False


def _refuse_repeats(selected: SelectionSetNode) -> None:
    names = Counter((one.alias or one.name).value for one in selected.selections if isinstance(one, FieldNode))
    if names and max(names.values()) > MAX_REPEATS:
        raise TooMuch(f"One selection names a field more than {MAX_REPEATS} times.")


def _is_list(known: GraphQLField) -> bool:
    kind = known.type
    return isinstance(kind.of_type if isinstance(kind, GraphQLNonNull) else kind, GraphQLList)


def _clamped(number: object) -> int:
    """As the resolvers read it."""
    return max(1, min(number, LARGEST_PAGE)) if isinstance(number, int) else LARGEST_PAGE
