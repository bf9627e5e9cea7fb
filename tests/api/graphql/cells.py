"""Every root field of the schema: what it is asked about, the law that judges it, and a document that asks for all it can tell.

The law, the things and everybody who asks are those of REST (`tests/api/matrix`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graphql import GraphQLObjectType, TypeInfo, TypeInfoVisitor, Visitor, get_named_type, parse, visit

from campus.api.graphql.schema import schema
from tests.api.matrix import verdicts
from tests.api.matrix.asking import NO_ID, NOWHERE
from tests.api.matrix.things import COMMENTS, ORGANIZATIONS, PEOPLE, PLACES, POSTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphql import FieldNode, GraphQLField

    from tests.api.matrix.stage import Stage
    from tests.api.matrix.verdicts import Law

LEVELS = 8
# Told to some only: each is asked for in a cell of its own, so that its refusal does not hide the rest.
GUARDED = {
    "UserProfile.followers",
    "UserProfile.following",
    "UserProfile.followedOrganizations",
    "OrganizationProfile.members",
}


@dataclass(frozen=True)
class Cell:
    """A root field with its arguments, asked about each of these things, and judged by this law.

    `only` names the one field of its answer that is asked for; otherwise all are, but for the guarded ones.
    """

    things: Mapping[str, Any]
    law: Law
    arguments: str = ""
    only: str = ""
    places: bool = field(default=False)  # the thing is a place to post in


HERSELF: dict[str, object] = {"": None}
NOTICES: dict[str, object] = {"anna's": None}
POST = "(id: $post)"
OF_POST = "(postId: $post)"
PERSON = "(handle: $person)"
PLACE = "(slug: $place)"
FEEDS: dict[str, object] = {
    f"algorithm: {algorithm}, scope: {scope}": None
    for algorithm in ("MIXED", "CHRONOLOGICAL", "ENGAGEMENT")
    for scope in ("ALL", "FOLLOWING")
}

QUERIES: dict[str, Cell] = {
    "homeFeed": Cell(FEEDS, verdicts.anybody, "(limit: 50, THING)"),
    "homeFeedConnection": Cell(FEEDS, verdicts.anybody, "(first: 50, THING)"),
    "me": Cell(HERSELF, verdicts.anybody),
    "me.notifications": Cell(HERSELF, verdicts.anybody, only="notifications(first: 50, unread: true)"),
    "post": Cell(POSTS, verdicts.reaching, POST),
    "history": Cell(POSTS, verdicts.reaching, OF_POST),
    "why": Cell(POSTS, verdicts.seeing, OF_POST),
    "user": Cell(PEOPLE, verdicts.meeting, PERSON),
    "user.followers": Cell(PEOPLE, verdicts.reading_lists, PERSON, "followers"),
    "user.following": Cell(PEOPLE, verdicts.reading_lists, PERSON, "following"),
    "user.followedOrganizations": Cell(PEOPLE, verdicts.reading_lists, PERSON, "followedOrganizations"),
    "organization": Cell(ORGANIZATIONS, verdicts.anybody, PLACE),
    "organization.members": Cell(ORGANIZATIONS, verdicts.reading_members, PLACE, "members"),
    "organization.posts": Cell(ORGANIZATIONS, verdicts.reading_department, PLACE, 'posts(first: 50, department: "physics")'),
    "organizations": Cell(HERSELF, verdicts.anybody, "(first: 50)"),
    "searchPosts": Cell(HERSELF, verdicts.anybody, '(words: "canary", first: 50)'),
    "searchUsers": Cell(HERSELF, verdicts.anybody, '(words: "canary", first: 50)'),
    "searchOrganizations": Cell(HERSELF, verdicts.anybody, '(words: "canary", first: 50)'),
}
MUTATIONS: dict[str, Cell] = {
    "createPost": Cell(PLACES, verdicts.posting, '(input: {text: "Hello", THING})', places=True),
    "editPost": Cell(POSTS, verdicts.editing, '(id: $post, input: {location: "Elsewhere"})'),
    "withdrawPost": Cell(POSTS, verdicts.withdrawing, POST),
    "reinstatePost": Cell(POSTS, verdicts.author_alone, POST),
    "deletePost": Cell(POSTS, verdicts.author_alone, POST),
    "retryPhoto": Cell(POSTS, verdicts.author_alone, "(postId: $post, position: 1)"),
    "like": Cell(POSTS, verdicts.seeing, OF_POST),
    "unlike": Cell(POSTS, verdicts.seeing, OF_POST),
    "comment": Cell(POSTS, verdicts.seeing, '(postId: $post, text: "Well seen")'),
    "deleteComment": Cell(COMMENTS, verdicts.deleting_comment, "(id: $comment)"),
    "report": Cell(POSTS, verdicts.reporting, "(thing: {postId: $post}, category: SPAM)"),
    "report.comment": Cell(COMMENTS, verdicts.reporting_comment, "(thing: {commentId: $comment}, category: SPAM)"),
    "report.person": Cell(PEOPLE, verdicts.meeting, "(thing: {handle: $person}, category: SPAM)"),
    "report.organization": Cell(ORGANIZATIONS, verdicts.anybody, "(thing: {slug: $place}, category: SPAM)"),
    "share": Cell(POSTS, verdicts.seeing, "(postId: $post, platform: LINK)"),
    "follow": Cell(PEOPLE, verdicts.following, PERSON),
    "unfollow": Cell(PEOPLE, verdicts.meeting, PERSON),
    "mute": Cell(PEOPLE, verdicts.meeting, PERSON),
    "unmute": Cell(PEOPLE, verdicts.meeting, PERSON),
    "block": Cell(PEOPLE, verdicts.meeting, PERSON),
    "unblock": Cell(PEOPLE, verdicts.meeting, PERSON),
    "acceptFollower": Cell(PEOPLE, verdicts.accepting, PERSON),
    "rejectFollower": Cell(PEOPLE, verdicts.meeting, PERSON),
    "follow.organization": Cell(ORGANIZATIONS, verdicts.anybody, PLACE),
    "unfollow.organization": Cell(ORGANIZATIONS, verdicts.anybody, PLACE),
    "mute.organization": Cell(ORGANIZATIONS, verdicts.anybody, PLACE),
    "unmute.organization": Cell(ORGANIZATIONS, verdicts.anybody, PLACE),
    "join": Cell(ORGANIZATIONS, verdicts.joining, PLACE),
    "leave": Cell(ORGANIZATIONS, verdicts.anybody, PLACE),
    "answerRequests": Cell(ORGANIZATIONS, verdicts.managing, '(slug: $place, handles: ["member"], approve: false)'),
    "removeMember": Cell(ORGANIZATIONS, verdicts.managing, '(slug: $place, handle: "member")'),
    "markNotificationRead": Cell(NOTICES, verdicts.reading_notification, "(id: $notice)"),
    "markAllNotificationsRead": Cell(HERSELF, verdicts.anybody, '(until: "2026-01-01T00:00:00Z")'),
    "chooseFeed": Cell(HERSELF, verdicts.anybody, "(algorithm: MIXED, scope: ALL)"),
}
VARIABLES = {"$post": "ID!", "$comment": "ID!", "$notice": "ID!", "$person": "String!", "$place": "String!"}


def document(kind: str, name: str, cell: Cell, thing: str | None) -> str:
    """What is sent: the root field with all it can tell of the thing."""
    root = schema().query_type if kind == "query" else schema().mutation_type
    assert root
    field_name = name.partition(".")[0]
    below = get_named_type(root.fields[field_name].type)
    assert isinstance(below, GraphQLObjectType)
    arguments = cell.arguments.replace("THING", _said(cell, thing))
    taken = _one(below, cell.only) if cell.only else _everything(below, LEVELS - 1, ())
    used = ", ".join(f"{variable}: {type_}" for variable, type_ in VARIABLES.items() if variable in arguments)
    return f"{kind}{f'({used})' if used else ''} {{ {field_name}{arguments} {{ {taken} }} }}"


def variables(stage: Stage, name: str | None) -> dict[str, str]:
    """What the variables stand for: the thing of this name, or nothing."""
    thing = name or NOWHERE
    return {
        "post": str(stage.posts.get(thing, NO_ID)),
        "comment": str(stage.comments.get(thing, NO_ID)),
        "notice": str(stage.notice_id if thing in NOTICES else NO_ID),
        "person": stage.people.get(thing, NOWHERE),
        "place": stage.organizations.get(thing, (0, NOWHERE))[1],
    }


def asked_for(text: str) -> set[str]:
    """The fields of the schema, as `Type.field`, that a document asks for."""
    info, found = TypeInfo(schema()), set()

    class Fields(Visitor):
        def enter_field(self, node: FieldNode, *_rest: object) -> None:
            found.add(f"{info.get_parent_type()}.{node.name.value}")

    visit(parse(text), TypeInfoVisitor(info, Fields()))
    return found


def every_field() -> set[str]:
    """All fields of the schema, as `Type.field`."""
    kinds = [
        kind for kind in schema().type_map.values() if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__")
    ]
    return {f"{kind.name}.{name}" for kind in kinds if not kind.name.startswith("__") for name in kind.fields}


def _everything(kind: GraphQLObjectType, levels: int, above: tuple[str, ...]) -> str:
    """All fields of a type and of the types below it, each type once on the way down."""
    told = []
    for name, one in kind.fields.items():
        if f"{kind.name}.{name}" in GUARDED:
            continue
        below = get_named_type(one.type)
        if not isinstance(below, GraphQLObjectType):
            told.append(name)
        elif below.name not in above and levels > 1 and (inner := _everything(below, levels - 1, (*above, kind.name))):
            told.append(f"{name}{_few(one)} {{ {inner} }}")
    return " ".join(told)


def _one(kind: GraphQLObjectType, only: str) -> str:
    name, parenthesis, _ = only.partition("(")
    below = get_named_type(kind.fields[name].type)
    assert isinstance(below, GraphQLObjectType)
    return f"{only if parenthesis else name} {{ {_everything(below, LEVELS - 2, (kind.name,))} }}"


def _few(one: GraphQLField) -> str:
    return "(first: 10)" if "first" in one.args else ""


def _said(cell: Cell, thing: str | None) -> str:
    """The thing, where it is told by an argument."""
    if not cell.places:
        return thing or next(iter(cell.things))
    place = PLACES[thing or "her own"]
    where = f', organization: "northbridge", official: {str(place.official).lower()}' if place.owned else ""
    return f"audience: {place.audience.name}" + where + (', department: "physics"' if place.in_physics else "")
