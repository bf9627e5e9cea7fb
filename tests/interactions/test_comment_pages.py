"""GET and POST /posts/<id>/comments, POST /comments/<id>/delete."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from campus.interactions.queries import comments_page
from tests.factories import make_block, make_comment, make_post

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from campus.organizations.models import University
    from tests.conftest import Client

    SignIn = Callable[[User], Client]


def test_htmx_gets_the_new_comment_the_empty_form_and_the_number(client_as: SignIn, alice: User) -> None:
    post = make_post()

    answer = client_as(alice).send(f"/posts/{post.id}/comments", data={"text": "Well seen <b>!</b>"})

    ((made,), _) = comments_page(alice.id, post.id)
    assert answer.status_code == 200
    assert f'<li class="comment" id="comment-{made.id}"' in answer.text
    assert "Well seen &lt;b&gt;!&lt;/b&gt;" in answer.text
    assert f'id="comment-form-{post.id}"' in answer.text
    assert f'id="comment-count-{post.id}"' in answer.text
    assert answer.text.count("hx-swap-oob") == 3
    assert "<html" not in answer.text


def test_without_scripts_one_comes_to_the_comment(client_as: SignIn, alice: User) -> None:
    post, browser = make_post(), client_as(alice)

    answer = browser.post(f"/posts/{post.id}/comments", data={"text": "Here"})
    ((made,), _) = comments_page(alice.id, post.id)
    assert (answer.status_code, answer.location) == (303, f"/posts/{post.id}#comment-{made.id}")
    assert "Here" in browser.get(f"/posts/{post.id}").text


def test_the_form_of_a_page_sent_twice_makes_one_comment(client_as: SignIn, alice: User) -> None:
    post, browser = make_post(), client_as(alice)
    page = browser.get(f"/posts/{post.id}").text
    [submission] = re.findall(r'name="submission"\s+value="([^"]+)"', page)

    sent = {"text": "Once", "submission": submission}
    answers = [browser.post(f"/posts/{post.id}/comments", data=sent) for _ in range(2)]
    ((made,), _) = comments_page(alice.id, post.id)
    assert {answer.location for answer in answers} == {f"/posts/{post.id}#comment-{made.id}"}
    empty = browser.send(f"/posts/{post.id}/comments", data=sent | {"submission": "no such"})
    assert empty.status_code == 200
    assert 'name="submission"' in empty.text
    assert submission not in empty.text


def test_a_refused_comment_keeps_its_words(client_as: SignIn, alice: User) -> None:
    post, browser = make_post(), client_as(alice)
    words = "kept " * 500

    for answer in (
        browser.send(f"/posts/{post.id}/comments", data={"text": words}),
        browser.post(f"/posts/{post.id}/comments", data={"text": words}),
    ):
        assert answer.status_code == 422
        assert "at most 2000 characters" in answer.text
        assert words.strip() in answer.text
        assert 'aria-invalid="true"' in answer.text
    assert comments_page(alice.id, post.id) == ((), None)


def test_closed_comments_are_refused(client_as: SignIn, alice: User) -> None:
    post = make_post(comments_locked=True)

    assert client_as(alice).send(f"/posts/{post.id}/comments", data={"text": "But"}).status_code == 403


def test_earlier_comments_are_a_list_for_htmx_and_a_page_without(client_as: SignIn, alice: User) -> None:
    post, browser = make_post(), client_as(alice)
    made = [make_comment(post=post, text=f"Word {n:02}") for n in range(25)]

    page = browser.get(f"/posts/{post.id}")
    older = f"/posts/{post.id}/comments?before={made[5].id}"
    assert f'href="{older}"' in page.text
    assert "Word 04" not in page.text
    rest = browser.fragment(older)
    assert "Word 04" in rest.text
    assert "Word 05" not in rest.text
    assert "<html" not in rest.text
    assert "<html" in browser.get(older).text
    for wrong in ("0", "-1", "x", str(2**70)):
        assert browser.fragment(f"/posts/{post.id}/comments?before={wrong}").status_code == 200


def test_comments_of_a_post_she_may_not_see_do_not_exist(client_as: SignIn, charlie: User, northbridge: University) -> None:
    post = make_post(organization=northbridge, audience="organization")
    comment = make_comment(post=post, text="secret words")
    browser = client_as(charlie)

    for answer in (
        browser.fragment(f"/posts/{post.id}/comments"),
        browser.get(f"/posts/{post.id}/comments"),
        browser.post(f"/comments/{comment.id}/delete"),
        browser.post("/comments/999999/delete"),
        browser.post(f"/comments/{2**70}/delete"),
    ):
        assert answer.status_code == 404
        assert "secret words" not in answer.text


def test_a_blocked_persons_words_are_on_no_page(client_as: SignIn, alice: User, bob: User) -> None:
    post = make_post()
    make_comment(post=post, author=bob, text="unwanted words")
    make_block(blocker=alice, blocked=bob)

    for path in (f"/posts/{post.id}", f"/posts/{post.id}/comments"):
        assert "unwanted words" not in client_as(alice).get(path).text


def test_deleting_answers_with_what_changed(client_as: SignIn, alice: User, bob: User) -> None:
    post = make_post()
    mine, theirs = make_comment(post=post, author=alice), make_comment(post=post, author=bob)
    another = make_comment(post=post, author=alice)
    browser = client_as(alice)

    gone = browser.send(f"/comments/{mine.id}/delete")
    assert gone.status_code == 200
    assert f'id="comment-count-{post.id}"' in gone.text
    assert f'id="comment-{mine.id}"' not in gone.text
    away = browser.post(f"/comments/{another.id}/delete")
    assert (away.status_code, away.location) == (303, f"/posts/{post.id}#post-{post.id}")
    assert browser.post(f"/comments/{theirs.id}/delete").status_code == 403
