"""What can be read, page after page, and that a longer list is no more statements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from campus.api.graphql.schema import text
from campus.notifications.actions import send_notice
from campus.platform.clock import now
from campus.posts.models import PhotoState
from tests.api.graphql.asking import ask, post, refusals
from tests.factories import make_comment, make_follow, make_member, make_photo, make_post, make_user

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from campus.organizations.models import Company, Department, University
    from tests.api.conftest import Program
    from tests.personas import World

    NewProgram = Callable[..., Program]

EVERYTHING = """
fragment person on User { id handle name url }
fragment house on Organization { id slug name kind verified url }
fragment word on Comment { id author { ...person } text createdAt mine }
fragment picture on Photo {
  position state alt width height files { width height url } fallbackUrl colour thumbhash credit licence error
}
fragment everything on Post {
  id url author { ...person } owner { ...house } department { id slug name } official audience audienceSentence isPrivate state
  title text location publishedAt editedAt counts { likes comments shares } commentsLocked
  photos { ...picture } latestComments { ...word } viewer { liked may } why
  comments(first: 3) { nodes { ...word } pageInfo { hasNextPage endCursor } }
}
"""


def ids(posts: list[dict[str, Any]]) -> list[int]:
    return [int(found["id"]) for found in posts]


def test_a_post_is_told_whole(program: NewProgram, alice: User, bob: User, physics: Department) -> None:
    made = make_post(author=alice, department=physics, audience="department", title="T", text="Words", location="Hall 3")
    make_photo(post=made, position=1, alt="A hill", credit="Alice", width=1600, height=1200, widths=[320, 640])
    make_photo(post=made, position=2, state=PhotoState.FAILED, error="No picture.", width=0, height=0, widths=[])
    comments = [make_comment(post=made, author=bob) for _ in range(4)]
    shown = ask(program(alice), EVERYTHING + "query($id: ID!) { post(id: $id) { ...everything } }", id=made.id)["post"]

    assert (shown["id"], shown["url"]) == (str(made.id), f"/posts/{made.id}")
    assert shown["author"] == {"id": str(alice.id), "handle": "alice", "name": "Alice", "url": "/u/alice"}
    assert (shown["owner"]["slug"], shown["owner"]["kind"], shown["owner"]["url"]) == (
        "northbridge",
        "UNIVERSITY",
        "/o/northbridge",
    )
    assert shown["department"] == {"id": str(physics.id), "slug": "physics", "name": "Physics"}
    assert (shown["audience"], shown["isPrivate"], shown["state"]) == ("DEPARTMENT", True, "PUBLISHED")
    assert (shown["title"], shown["text"], shown["location"]) == ("T", "Words", "Hall 3")
    assert shown["audienceSentence"] == "Members of Physics, Northbridge University"
    assert shown["counts"] == {"likes": 0, "comments": 4, "shares": 0}
    assert {"EDIT", "DELETE", "WITHDRAW"} <= set(shown["viewer"]["may"])
    first, second = shown["photos"]
    assert [file["width"] for file in first["files"]] == [320, 640]
    assert first["files"][0]["url"].endswith("/320.webp")
    assert first["fallbackUrl"].endswith(".jpg")
    assert (second["state"], second["error"], second["files"], second["fallbackUrl"]) == ("FAILED", "No picture.", [], None)
    assert [int(one["id"]) for one in shown["latestComments"]] == [comments[2].id, comments[3].id]
    assert [int(one["id"]) for one in shown["comments"]["nodes"]] == [comments[n].id for n in (3, 2, 1)]
    assert shown["comments"]["pageInfo"] == {"hasNextPage": True, "endCursor": str(comments[1].id)}


def test_the_home_feed_is_a_list_in_order(program: NewProgram, alice: User) -> None:
    made = [make_post() for _ in range(7)]
    hers, newest = program(alice), [one.id for one in reversed(made)]
    page = "query($n: Int, $o: Int) { homeFeed(limit: $n, offset: $o, algorithm: CHRONOLOGICAL, scope: ALL) { id why } }"
    walked = [ids(ask(hers, page, n=3, o=offset)["homeFeed"]) for offset in (0, 3, 6, 7, 100)]
    assert walked == [newest[:3], newest[3:6], newest[6:], [], []]
    assert ask(hers, "{ homeFeed { why } }")["homeFeed"][0] == {"why": "Public on this campus"}


@pytest.mark.parametrize(("limit", "number"), [(2, 2), (50, 50), (51, 50), (2**31 - 1, 50), (0, 1), (-5, 1)])
def test_the_length_of_the_feed_is_bounded(program: NewProgram, alice: User, limit: int, number: int) -> None:
    author = make_user()
    for _ in range(52):
        make_post(author=author)
    assert len(ask(program(alice), "query($n: Int) { homeFeed(limit: $n) { id } }", n=limit)["homeFeed"]) == number


def test_the_feed_s_arguments_are_those_of_the_specification() -> None:
    assert "homeFeed(limit: Int = 10, offset: Int = 0, algorithm: Algorithm = null, scope: Scope = null): [Post!]!" in text()


def test_null_is_as_good_as_nothing(program: NewProgram, alice: User) -> None:
    made = [make_post().id for _ in range(12)]
    asked = "{ homeFeed(limit: null, offset: null, algorithm: null, scope: null) { id } }"
    found = ids(ask(program(alice), asked)["homeFeed"])
    assert len(found) == 10
    assert set(found) <= set(made)


def test_what_the_feed_is_asked_for_wrongly_is_said(program: NewProgram, alice: User) -> None:
    hers = program(alice)
    assert refusals(hers, "{ homeFeed(offset: -1) { id } }")[0] == {"code": "INVALID", "status": 422, "field": "offset"}
    assert refusals(hers, "{ homeFeedConnection(first: 0) { nodes { id } } }")[0]["field"] == "first"
    for cursor in ("x", "", "1", "ä", "x" * 5000):
        [refusal] = refusals(hers, "query($c: String) { homeFeedConnection(after: $c) { nodes { id } } }", c=cursor)
        assert (refusal["code"], refusal["field"]) == ("BAD_REQUEST", "cursor")
    for argument in ("limit: 1.5", 'limit: "1"', "limit: 99999999999", "algorithm: BEST", 'scope: "ALL"', "page: 1"):
        response = post(hers, f"{{ homeFeed({argument}) {{ id }} }}")
        assert response.status_code == 400
        assert response.get_json()["errors"][0]["locations"]


def test_a_cursor_of_another_person_opens_nothing(program: NewProgram, alice: User, bob: User) -> None:
    for _ in range(3):
        make_post()
    asked = "query($c: String) { homeFeedConnection(first: 1, after: $c) { nodes { id } pageInfo { endCursor } } }"
    cursor = ask(program(alice), asked)["homeFeedConnection"]["pageInfo"]["endCursor"]
    assert refusals(program(bob), asked, c=cursor)[0]["code"] == "BAD_REQUEST"
    assert ask(program(alice), asked, c=cursor)["homeFeedConnection"]["nodes"]


def test_the_feed_goes_on_by_cursors(program: NewProgram, alice: User) -> None:
    made = [make_post().id for _ in range(5)]
    hers, found, cursor = program(alice), [], None
    asked = """query($c: String) {
      homeFeedConnection(first: 2, after: $c, algorithm: CHRONOLOGICAL) { nodes { id } pageInfo { hasNextPage endCursor } }
    }"""
    while True:
        page = ask(hers, asked, c=cursor)["homeFeedConnection"]
        found += ids(page["nodes"])
        cursor = page["pageInfo"]["endCursor"]
        assert page["pageInfo"]["hasNextPage"] == (cursor is not None)
        if cursor is None:
            break
        make_post()
    assert found == made[::-1]


PAGED = "(first: 2, after: AFTER) { nodes { id } pageInfo { endCursor } }"
CONNECTIONS = {
    "her posts": f'{{ of: user(handle: "bob") {{ list: posts{PAGED} }} }}',
    "her followers": f'{{ of: user(handle: "bob") {{ list: followers{PAGED} }} }}',
    "whom she follows": f'{{ of: user(handle: "bob") {{ list: following{PAGED} }} }}',
    "its posts": f'{{ of: organization(slug: "northbridge") {{ list: posts{PAGED} }} }}',
    "its department's posts": f'{{ of: organization(slug: "northbridge") {{ list: posts{PAGED} }} }}'.replace(
        "posts(", 'posts(department: "physics", '
    ),
    "its members": f'{{ of: organization(slug: "northbridge") {{ list: members{PAGED} }} }}'.replace("{ id }", "{ user { id } }"),
    "organizations": f"{{ list: organizations{PAGED} }}",
    "what she was told": f"{{ of: me {{ list: notifications{PAGED} }} }}",
}


@pytest.fixture
def crowd(alice: User, bob: User, northbridge: University, physics: Department, studio: Company) -> None:
    """Five of everything."""
    for n in range(5):
        send_notice(user_id=alice.id, key=str(n), title="Hello", text="You", url="/", mail=False, now=now())
        make_post(author=bob)
        make_post(author=alice, department=physics, audience="department")
        other = make_user()
        make_follow(follower=other, target=bob)
        make_follow(follower=bob, target=other)
        make_member(user=other, organization=northbridge)


@pytest.mark.parametrize("name", CONNECTIONS)
def test_a_list_goes_on_by_its_cursor(program: NewProgram, alice: User, crowd: None, name: str) -> None:
    found: list[str] = []
    after = "null"
    while after:
        data = ask(program(alice), CONNECTIONS[name].replace("AFTER", after))
        page = data.get("of", data)["list"]
        found += [str(node.get("id") or node["user"]["id"]) for node in page["nodes"]]
        cursor = page["pageInfo"]["endCursor"]
        after = f'"{cursor}"' if cursor else ""
    assert len(found) == len(set(found)) == {"organizations": 2, "its members": 8}.get(name, 5)
    for wrong in ("x", "-1", "1-x", "9" * 30, "٣"):
        [refusal] = refusals(program(alice), CONNECTIONS[name].replace("AFTER", f'"{wrong}"'))
        assert refusal["status"] == 400, (name, wrong)


def test_a_person_s_page(program: NewProgram, alice: User, bob: User, northbridge: University) -> None:
    make_follow(follower=alice, target=bob)
    make_post(author=bob)
    shown = ask(
        program(alice),
        """{ user(handle: "bob") {
          handle name url bio locked relation muted followsMe counts { posts followers following }
          memberships { organization { slug url } role kind until } followedOrganizations { slug }
        } }""",
    )["user"]
    assert (shown["handle"], shown["relation"], shown["followsMe"]) == ("bob", "FOLLOWING", False)
    assert shown["counts"] == {"posts": 1, "followers": 1, "following": 0}
    assert shown["memberships"][0]["organization"] == {"slug": "northbridge", "url": "/o/northbridge"}


def test_an_organization_s_page(program: NewProgram, alice: User, charlie: User) -> None:
    asked = """{ organization(slug: "northbridge") {
      slug name kind verified about place joinPolicy relation following muted departments { slug }
      counts { members posts followers }
    } }"""
    shown = ask(program(alice), asked)["organization"]
    assert (shown["relation"], [one["slug"] for one in shown["departments"]]) == ("member", ["chemistry", "physics"])
    assert shown["counts"]["members"] == 4
    members = '{ organization(slug: "northbridge") { members { nodes { user { handle } role kind } } } }'
    found = ask(program(alice), members)["organization"]["members"]["nodes"]
    assert {"user": {"handle": "dana"}, "role": "ADMIN", "kind": "STUDENT"} in found
    assert refusals(program(charlie), members)[0]["code"] == "FORBIDDEN"


def test_herself(program: NewProgram, alice: User) -> None:
    shown = ask(
        program(alice),
        """{ me {
          id handle name verified isAdmin algorithm scope theme locale profile { relation }
          memberships { organization { slug } role } quotas { name used limit left resetsAt } followRequests { nodes { id } }
        } }""",
    )["me"]
    assert (shown["handle"], shown["verified"], shown["profile"]) == ("alice", True, {"relation": "SELF"})
    assert [quota["name"] for quota in shown["quotas"]] == [
        "posts",
        "likes",
        "comments",
        "shares",
        "follows",
        "uploads",
        "reports",
    ]


def test_why_a_post_is_shown(program: NewProgram, alice: User) -> None:
    made = make_post()
    shown = ask(
        program(alice), "query($id: ID!) { why(postId: $id) { sentence total parts { label points explanation } } }", id=made.id
    )
    assert shown["why"]["sentence"] == "Public on this campus"
    assert shown["why"]["total"] == pytest.approx(sum(part["points"] for part in shown["why"]["parts"]))


@pytest.mark.parametrize(
    ("field", "found", "words"),
    [("searchPosts", "text", "light"), ("searchUsers", "name", "bob"), ("searchOrganizations", "name", "studio")],
)
def test_things_are_found_by_words(program: NewProgram, world: World, field: str, found: str, words: str) -> None:
    alice, bob = world.alice, world.bob
    for n in range(3):
        make_post(author=bob, text=f"Late light {n}", audience="public")
        make_post(author=bob, text=f"Late light {n}", audience="only_me")
    page = "(words: $w, first: 2, after: $c) { nodes { FOUND } pageInfo { endCursor } }".replace("FOUND", found)
    query = f"query($w: String!, $c: String) {{ {field}{page} }}"
    first = ask(program(alice), query, w=words)[field]
    assert len(first["nodes"]) == (2 if field == "searchPosts" else 1)
    if first["pageInfo"]["endCursor"]:
        second = ask(program(alice), query, w=words, c=first["pageInfo"]["endCursor"])[field]
        assert len(second["nodes"]) == 1
    assert ask(program(alice), query, w="nothing like it")[field]["nodes"] == []
    assert refusals(program(alice), query, w="x")[0] == {"code": "INVALID", "status": 422, "field": "q"}
    assert refusals(program(alice), query, w=words, c="forged")[0]["status"] == 400


@pytest.mark.parametrize("identifier", ["0", "-1", "x", "", "1.5", "9" * 19, "9" * 30, "٣", "1 "])
def test_an_id_of_nothing_is_not_found(program: NewProgram, alice: User, identifier: str) -> None:
    assert refusals(program(alice), "query($id: ID!) { post(id: $id) { id } }", id=identifier) == [
        {"code": "NOT_FOUND", "status": 404}
    ]


def test_a_list_of_a_locked_account_is_for_its_followers(program: NewProgram, alice: User) -> None:
    make_user(handle="quiet", locked=True)
    for field in ("followers { nodes { id } }", "following { nodes { id } }", "followedOrganizations { id }"):
        assert refusals(program(alice), f'{{ user(handle: "quiet") {{ {field} }} }}')[0]["code"] == "FORBIDDEN"


LISTS = {
    "the feed": "{ homeFeed(limit: SIZE) { ...everything } }",
    "the feed by cursors": "{ homeFeedConnection(first: SIZE) { nodes { ...everything } pageInfo { endCursor } } }",
    "a person's posts": '{ user(handle: "bob") { posts(first: SIZE) { nodes { ...everything } } } }',
    "an organization's posts": '{ organization(slug: "northbridge") { posts(first: SIZE) { nodes { ...everything } } } }',
}


@pytest.mark.parametrize("name", LISTS)
def test_a_longer_list_is_no_more_statements(
    program: NewProgram, alice: User, bob: User, northbridge: University, count_queries: Callable[[], Any], name: str
) -> None:
    for n in range(24):
        made = make_post(author=bob, organization=northbridge if name == "an organization's posts" else None)
        make_photo(post=made, position=1)
        for _ in range(n % 4):
            make_comment(post=made)
    hers, numbers = program(alice), []
    for size in (1, 2, 10, 24):
        query = EVERYTHING + LISTS[name].replace("SIZE", str(size))
        ask(hers, query)
        with count_queries() as statements:
            ask(hers, query)
        numbers.append(len(statements))
    assert len(set(numbers)) == 1
    assert numbers[0] <= 14
