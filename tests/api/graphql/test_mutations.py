"""What can be done: the verbs of the pages, what they answer, how they refuse."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from campus.accounts.models import TokenScope
from campus.api.graphql.schema import schema
from campus.organizations.models import MembershipStatus, Role
from campus.organizations.queries import role_in
from campus.platform.db import session
from campus.posts.models import Audience, PhotoState, Post, PostState
from campus.quotas import COMMENTS, FOLLOWS, LIKES, POSTS, SHARES
from tests.api.graphql.asking import ask, post, refusals
from tests.api.limiting import limit_to
from tests.factories import make_comment, make_member, make_photo, make_post, make_user

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from campus.accounts.models import User
    from campus.organizations.models import Company, Department, University
    from tests.api.conftest import Program

    NewProgram = Callable[..., Program]

CREATE = (
    "mutation($input: PostInput!) { createPost(input: $input) { post { id text audience owner { slug } department { slug } } } }"
)
EDIT = """mutation($id: ID!, $input: PostChanges!) {
  editPost(id: $id, input: $input) {
    post { title text audience editedAt owner { slug } department { slug } photos { alt } }
  }
}"""
LIKE = "mutation($id: ID!) { like(postId: $id) { liked likes post { counts { likes } viewer { liked } } } }"
COMMENT = """mutation($id: ID!, $text: String!) {
  comment(postId: $id, text: $text) {
    comment { id text mine }
    post { counts { comments } comments(first: 1) { nodes { text } } }
  }
}"""
FOLLOW = """mutation($handle: String, $slug: String) {
  follow(handle: $handle, slug: $slug) { user { relation } organization { following } }
}"""


def test_a_post_is_published_and_changed(program: NewProgram, alice: User, northbridge: University, physics: Department) -> None:
    hers = program(alice)
    asked = {"text": "Hello\r\nthere", "audience": "DEPARTMENT", "organization": "northbridge", "department": "physics"}
    made = ask(hers, CREATE, input=asked)["createPost"]["post"]
    assert made["text"] == "Hello\nthere"
    assert (made["owner"], made["department"]) == ({"slug": "northbridge"}, {"slug": "physics"})
    changed = ask(hers, EDIT, id=made["id"], input={"title": "New"})["editPost"]["post"]
    assert (changed["title"], changed["text"], changed["audience"]) == ("New", "Hello\nthere", "DEPARTMENT")
    assert changed["editedAt"]
    moved = ask(hers, EDIT, id=made["id"], input={"organization": None, "audience": "FOLLOWERS"})["editPost"]["post"]
    assert (moved["owner"], moved["department"], moved["audience"]) == (None, None, "FOLLOWERS")


def test_who_names_no_audience_gets_the_usual_one(program: NewProgram, alice: User, northbridge: University) -> None:
    asked = {"text": "Hello"}
    own = ask(program(alice), CREATE, input=asked)["createPost"]["post"]
    theirs = ask(program(alice), CREATE, input=asked | {"organization": "northbridge"})["createPost"]["post"]
    assert (own["audience"], theirs["audience"]) == ("PUBLIC", northbridge.default_audience.upper())


def test_only_what_is_named_is_changed(program: NewProgram, alice: User, physics: Department) -> None:
    mine = make_post(author=alice, department=physics, audience="department", title="T", location="Here")
    make_photo(post=mine, position=1, alt="Before")
    hers = program(alice)
    shown = ask(hers, EDIT, id=mine.id, input={"alts": [{"position": 1, "alt": "After"}]})["editPost"]["post"]
    assert shown["photos"] == [{"alt": "After"}]
    assert ask(hers, EDIT, id=mine.id, input={"title": None})["editPost"]["post"]["title"] == ""
    session.refresh(mine)
    assert (mine.location, mine.audience, mine.department_id) == ("Here", Audience.DEPARTMENT, physics.id)
    out = ask(hers, EDIT, id=mine.id, input={"department": None, "audience": "ORGANIZATION"})["editPost"]["post"]
    assert (out["owner"], out["department"]) == ({"slug": "northbridge"}, None)


def test_the_same_submission_makes_one_post(program: NewProgram, alice: User) -> None:
    asked = {"text": "Once", "audience": "ONLY_ME", "submission": str(uuid.uuid4())}
    hers = program(alice)
    assert ask(hers, CREATE, input=asked) == ask(hers, CREATE, input=asked)
    [refusal] = refusals(hers, CREATE, input=asked | {"submission": "no"})
    assert refusal == {"code": "INVALID", "status": 422, "field": "submission"}


def test_what_breaks_a_rule_is_refused_with_its_field(
    program: NewProgram, alice: User, northbridge: University, studio: Company
) -> None:
    hers = program(alice)
    good: dict[str, Any] = {"text": "Hello", "audience": "PUBLIC"}
    wrongs: list[tuple[dict[str, Any], str, str | None]] = [
        ({"text": " "}, "INVALID", "text"),
        ({"text": "x" * 10_001}, "INVALID", "text"),
        ({"title": "x" * 201}, "INVALID", "title"),
        ({"text": "\u0007"}, "INVALID", "text"),
        ({"audience": "DEPARTMENT"}, "INVALID", "audience"),
        ({"organization": "studio"}, "FORBIDDEN", "owner"),
        ({"organization": "northbridge", "official": True}, "FORBIDDEN", "official"),
        ({"official": True}, "INVALID", "official"),
        ({"organization": "northbridge", "department": "chemistry"}, "FORBIDDEN", "owner"),
        ({"department": "physics"}, "INVALID", "organization"),
        ({"organization": "nowhere"}, "NOT_FOUND", None),
        ({"organization": "northbridge", "department": "nothing"}, "NOT_FOUND", None),
    ]
    for wrong, code, field in wrongs:
        [refusal] = refusals(hers, CREATE, input=good | wrong)
        assert (refusal["code"], refusal.get("field")) == (code, field), wrong
    assert session.query(Post).count() == 0


def test_what_is_protected_cannot_even_be_said(program: NewProgram, alice: User, bob: User) -> None:
    hers = program(alice)
    for field in ("author", "authorId", "likeCount", "state", "publishedAt", "createdAt", "id", "counts"):
        response = post(hers, CREATE, input={"text": "Hello", "audience": "PUBLIC", field: "1"})
        assert response.status_code == 400
        assert field in response.get_json()["errors"][0]["message"]
    assert session.query(Post).count() == 0


def test_a_post_is_withdrawn_put_back_and_deleted(program: NewProgram, alice: User) -> None:
    mine, hers = make_post(author=alice), program(alice)
    for verb, state in (("withdrawPost", "WITHDRAWN"), ("reinstatePost", "PUBLISHED")):
        assert (
            ask(hers, f"mutation($id: ID!) {{ {verb}(id: $id) {{ post {{ state }} }} }}", id=mine.id)[verb]["post"]["state"]
            == state
        )
    [refusal] = refusals(hers, "mutation($id: ID!) { reinstatePost(id: $id) { post { state } } }", id=mine.id)
    assert refusal["code"] == "CONFLICT"
    assert ask(hers, "mutation($id: ID!) { deletePost(id: $id) { id } }", id=mine.id) == {"deletePost": {"id": str(mine.id)}}
    [refusal] = refusals(hers, "query($id: ID!) { post(id: $id) { id } }", id=mine.id)
    assert refusal == {"code": "NOT_FOUND", "status": 404}


def test_what_a_moderator_takes_away_is_gone_for_her_too(
    program: NewProgram, dana: User, alice: User, northbridge: University
) -> None:
    theirs = make_post(author=alice, organization=northbridge, audience="organization")
    answer = ask(program(dana), "mutation($id: ID!) { withdrawPost(id: $id) { post { id } } }", id=theirs.id)
    assert answer == {"withdrawPost": {"post": None}}
    session.refresh(theirs)
    assert theirs.state is PostState.HIDDEN


def test_to_moderate_a_token_needs_the_scope_for_it(
    program: NewProgram, dana: User, alice: User, northbridge: University
) -> None:
    theirs = make_post(author=alice, organization=northbridge, audience="organization")
    comment = make_comment(post=theirs, author=alice)
    withdraw = "mutation($id: ID!) { withdrawPost(id: $id) { post { id } } }"
    delete = "mutation($id: ID!) { deleteComment(id: $id) { id } }"
    lesser = program(dana, TokenScope.READ, TokenScope.WRITE)
    for query, n in ((withdraw, theirs.id), (delete, comment.id)):
        assert refusals(lesser, query, id=n)[0]["code"] == "FORBIDDEN"
    moderating = program(dana)
    assert ask(moderating, delete, id=comment.id)
    assert ask(moderating, withdraw, id=theirs.id)


def test_an_edit_of_what_was_edited_meanwhile_is_refused_if_it_says_what_it_saw(program: NewProgram, alice: User) -> None:
    mine, hers = make_post(author=alice, text="One"), program(alice)
    version = ask(hers, "query($id: ID!) { post(id: $id) { version } }", id=mine.id)["post"]["version"]
    assert ask(hers, EDIT, id=mine.id, input={"text": "Two", "version": version})
    assert refusals(hers, EDIT, id=mine.id, input={"text": "Three", "version": version})[0]["code"] == "CONFLICT"
    assert ask(hers, EDIT, id=mine.id, input={"text": "Four"})
    history = ask(hers, "query($id: ID!) { history(postId: $id) { title text audience editedAt } }", id=mine.id)["history"]
    assert [one["text"] for one in history] == ["Two", "One"]


def test_others_posts_are_not_hers_to_change(program: NewProgram, bob: User, alice: User) -> None:
    theirs, his = make_post(author=alice), program(bob)
    verbs = [f"mutation($id: ID!) {{ {verb}(id: $id) {{ post {{ id }} }} }}" for verb in ("withdrawPost", "reinstatePost")]
    for query in (*verbs, "mutation($id: ID!) { deletePost(id: $id) { id } }"):
        assert refusals(his, query, id=theirs.id)[0]["code"] == "FORBIDDEN"
    assert refusals(his, EDIT, id=theirs.id, input={"text": "His"})[0]["code"] == "FORBIDDEN"


def test_a_failed_photo_is_tried_again(program: NewProgram, alice: User) -> None:
    mine = make_post(author=alice)
    make_photo(post=mine, position=1, state=PhotoState.FAILED, error="No picture.")
    retry = "mutation($id: ID!, $n: Int!) { retryPhoto(postId: $id, position: $n) { post { photos { state error } } } }"
    answer = ask(program(alice), retry, id=mine.id, n=1)
    assert answer["retryPhoto"]["post"]["photos"] == [{"state": "PENDING", "error": ""}]
    assert refusals(program(alice), retry, id=mine.id, n=1)[0]["code"] == "CONFLICT"
    assert refusals(program(alice), retry, id=mine.id, n=2)[0]["code"] == "NOT_FOUND"


def test_a_post_is_liked_and_unliked(program: NewProgram, alice: User) -> None:
    liked, hers = make_post(), program(alice)
    for _ in range(2):
        assert ask(hers, LIKE, id=liked.id)["like"] == {
            "liked": True,
            "likes": 1,
            "post": {"counts": {"likes": 1}, "viewer": {"liked": True}},
        }
    answer = ask(hers, "mutation($id: ID!) { unlike(postId: $id) { liked likes } }", id=liked.id)
    assert answer == {"unlike": {"liked": False, "likes": 0}}


def test_comments_are_written_and_deleted(program: NewProgram, alice: User) -> None:
    found, hers = make_post(), program(alice)
    made = ask(hers, COMMENT, id=found.id, text="Well.")["comment"]
    assert made["comment"] | {"id": ""} == {"id": "", "text": "Well.", "mine": True}
    assert made["post"] == {"counts": {"comments": 1}, "comments": {"nodes": [{"text": "Well."}]}}
    gone = "mutation($id: ID!) { deleteComment(id: $id) { id post { counts { comments } } } }"
    assert ask(hers, gone, id=made["comment"]["id"])["deleteComment"]["post"] == {"counts": {"comments": 0}}
    assert refusals(hers, gone, id=made["comment"]["id"])[0]["code"] == "NOT_FOUND"
    assert refusals(hers, COMMENT, id=found.id, text=" ")[0] == {"code": "INVALID", "status": 422, "field": "text"}
    twice = f'mutation($id: ID!) {{ comment(postId: $id, text: "Once", submission: "{uuid.uuid4()}") {{ comment {{ id }} }} }}'
    assert ask(hers, twice, id=found.id) == ask(hers, twice, id=found.id)
    theirs = make_comment(post=found)
    assert refusals(hers, gone, id=theirs.id)[0]["code"] == "FORBIDDEN"


def test_each_of_several_changes_sees_what_the_ones_before_did(program: NewProgram, alice: User) -> None:
    found = make_post()
    piece = "comment(postId: $id, text: {text}) {{ post {{ comments {{ nodes {{ text }} }} viewer {{ may }} }} }}"
    both = "mutation($id: ID!) { " + " ".join(f"{name}: " + piece.format(text=f'"{name}"') for name in ("a", "b")) + " }"
    answer = ask(program(alice), both, id=found.id)
    assert [len(answer[name]["post"]["comments"]["nodes"]) for name in ("a", "b")] == [1, 2]


def test_a_post_is_taken_elsewhere(program: NewProgram, alice: User) -> None:
    found = make_post()
    share = "mutation($id: ID!) { share(postId: $id, platform: EMAIL) { platform url shares } }"
    answer = ask(program(alice), share, id=found.id)["share"]
    assert answer["url"].startswith("mailto:")
    assert (answer["platform"], answer["shares"]) == ("EMAIL", 1)


def test_people_and_organizations_are_followed_and_muted(program: NewProgram, alice: User, bob: User, studio: Company) -> None:
    hers = program(alice)
    assert ask(hers, FOLLOW, handle="bob")["follow"] == {"user": {"relation": "FOLLOWING"}, "organization": None}
    assert ask(hers, FOLLOW, slug="studio")["follow"] == {"user": None, "organization": {"following": True}}
    for verb, kind, field, value in [
        ("unfollow", "user", "relation", "NONE"),
        ("mute", "user", "muted", True),
        ("unmute", "user", "muted", False),
    ]:
        assert ask(hers, f'mutation {{ {verb}(handle: "bob") {{ {kind} {{ {field} }} }} }}')[verb] == {kind: {field: value}}
    for verb, field, value in [("unfollow", "following", False), ("mute", "muted", True), ("unmute", "muted", False)]:
        assert ask(hers, f'mutation {{ {verb}(slug: "studio") {{ organization {{ {field} }} }} }}')[verb] == {
            "organization": {field: value}
        }
    for target in ({}, {"handle": "bob", "slug": "studio"}):
        assert refusals(hers, FOLLOW, **target)[0]["code"] == "INVALID"
    for target in ({"handle": "nobody"}, {"slug": "nothing"}, {"handle": ""}):
        assert refusals(hers, FOLLOW, **target)[0]["code"] == "NOT_FOUND"
    assert refusals(hers, FOLLOW, handle="alice")[0]["code"] == "INVALID"


def test_people_are_blocked(program: NewProgram, alice: User, bob: User) -> None:
    hers, his = program(alice), program(bob)
    assert ask(hers, 'mutation { block(handle: "bob") { user { relation } } }')["block"] == {"user": {"relation": "BLOCKED"}}
    assert refusals(his, FOLLOW, handle="alice")[0]["code"] == "NOT_FOUND"
    assert refusals(hers, FOLLOW, handle="bob")[0]["code"] == "FORBIDDEN"
    assert ask(hers, 'mutation { unblock(handle: "bob") { user { relation } } }')["unblock"] == {"user": {"relation": "NONE"}}


def test_who_asks_to_follow_is_accepted_or_not(program: NewProgram, bob: User, charlie: User) -> None:
    quiet = make_user(handle="quiet", locked=True)
    hers = program(quiet)
    for person in (bob, charlie):
        assert ask(program(person), FOLLOW, handle="quiet")["follow"]["user"] == {"relation": "REQUESTED"}
    asking = "{ me { followRequests { nodes { handle } } } }"
    assert [one["handle"] for one in ask(hers, asking)["me"]["followRequests"]["nodes"]] == ["charlie", "bob"]
    ask(hers, 'mutation { acceptFollower(handle: "bob") { user { followsMe } } }')
    ask(hers, 'mutation { rejectFollower(handle: "charlie") { user { followsMe } } }')
    assert ask(hers, asking)["me"]["followRequests"]["nodes"] == []
    assert ask(hers, '{ user(handle: "bob") { followsMe } }') == {"user": {"followsMe": True}}


def test_people_join_and_leave(program: NewProgram, charlie: User, alice: User, studio: Company) -> None:
    joined = ask(program(charlie), 'mutation { join(slug: "studio") { status organization { relation } } }')["join"]
    assert joined in (
        {"status": "ACTIVE", "organization": {"relation": "member"}},
        {"status": "PENDING", "organization": {"relation": "pending"}},
    )
    left = ask(program(charlie), 'mutation { leave(slug: "studio") { status organization { relation } } }')["leave"]
    assert left == {"status": None, "organization": {"relation": "none"}}


def test_requests_are_answered_and_members_removed(
    program: NewProgram, dana: User, charlie: User, northbridge: University
) -> None:
    make_member(user=charlie, organization=northbridge, status=MembershipStatus.PENDING)
    answer = 'mutation { answerRequests(slug: "northbridge", handles: ["charlie", "nobody"], approve: true) { answered } }'
    assert ask(program(dana), answer) == {"answerRequests": {"answered": ["charlie"]}}
    assert role_in(northbridge.id, charlie.id) is Role.MEMBER
    remove = 'mutation { removeMember(slug: "northbridge", handle: "charlie") { handle } }'
    assert ask(program(dana), remove) == {"removeMember": {"handle": "charlie"}}
    assert role_in(northbridge.id, charlie.id) is None
    assert [refusal["code"] for refusal in refusals(program(charlie), remove)] == ["NOT_FOUND"]


def test_something_is_reported(program: NewProgram, alice: User) -> None:
    report = 'mutation($id: ID!) { report(thing: {postId: $id}, category: SPAM, note: "Again") { target category message } }'
    found = make_post()
    told = ask(program(alice), report, id=found.id)["report"]
    assert (told["target"], told["category"]) == (f"post:{found.id}", "SPAM")
    assert told["message"]
    assert [refusal["code"] for refusal in refusals(program(alice), report, id=0)] == ["NOT_FOUND"]


def test_the_feed_s_order_is_chosen(program: NewProgram, alice: User) -> None:
    hers = program(alice)
    ask(hers, "mutation { chooseFeed(algorithm: CHRONOLOGICAL, scope: FOLLOWING) { algorithm scope } }")
    assert ask(hers, "{ me { algorithm scope } }") == {"me": {"algorithm": "CHRONOLOGICAL", "scope": "FOLLOWING"}}


def test_quotas_are_those_of_the_pages(program: NewProgram, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    hers, first, second = program(alice), make_post(), make_post()
    for quota in (POSTS, LIKES, COMMENTS, SHARES, FOLLOWS):
        limit_to(monkeypatch, quota, 1)
    share = "mutation($id: ID!) { share(postId: $id) { url } }"
    draft = {"text": "One", "audience": "ONLY_ME"}
    spent: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        (CREATE, {"input": draft}, {"input": draft}),
        (LIKE, {"id": first.id}, {"id": second.id}),
        (COMMENT, {"id": first.id, "text": "a"}, {"id": first.id, "text": "b"}),
        (share, {"id": first.id}, {"id": first.id}),
        (FOLLOW, {"handle": make_user().handle}, {"handle": make_user().handle}),
    ]
    for query, once, again in spent:
        ask(hers, query, **once)
        [refusal] = refusals(hers, query, **again)
        assert (refusal["code"], refusal["status"], refusal["used"], refusal["limit"]) == ("RATE_LIMITED", 429, 1, 1)
        assert refusal["retryAt"]


def test_one_refusal_leaves_the_other_changes_done(program: NewProgram, alice: User) -> None:
    found = make_post()
    both = "mutation($id: ID!) { a: like(postId: $id) { liked } b: like(postId: 0) { liked } c: share(postId: $id) { shares } }"
    answer = post(program(alice), both, id=found.id).get_json()
    assert [error["path"] for error in answer["errors"]] == [["b"]]
    session.refresh(found)
    assert (found.like_count, found.share_count) == (1, 1)


def test_every_mutation_is_tested_in_this_folder() -> None:
    mutation = schema().mutation_type
    assert mutation
    text = "".join(file.read_text() for file in Path(__file__).parent.glob("test_*.py"))
    assert [name for name in mutation.fields if f"{name}(" not in text and f'"{name}"' not in text] == []
