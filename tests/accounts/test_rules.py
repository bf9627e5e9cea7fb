from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campus.accounts import rules
from campus.platform.errors import Invalid


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Ada@Example.ORG ", "ada@example.org"),
        ("ada@exämple.de", "ada@xn--exmple-cua.de"),
        ("a.b+c@mail.campus.local", "a.b+c@mail.campus.local"),
        ("ada@northbridge.example", "ada@northbridge.example"),
    ],
)
def test_addresses_have_one_form(typed: str, kept: str) -> None:
    assert rules.address(typed) == kept
    assert rules.address(kept) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ada",
        "a@b@c.org",
        "ada@",
        "@x.org",
        "a\nb@x.org",
        "a\0@x.org",
        "a\ud800@x.org",
        "ada@x.org\nBcc: b@x.org",
        "ädä@x.org",
    ],
)
def test_what_is_no_address(typed: str) -> None:
    with pytest.raises(Invalid):
        rules.address(typed)


@given(st.text(max_size=100))
def test_a_handle_made_of_any_name_has_the_form(name: str) -> None:
    assert rules.HANDLE.fullmatch(rules.handle_from(name))


@given(st.text(max_size=200))
def test_a_name_is_clean_or_refused(text: str) -> None:
    try:
        name = rules.name(text)
    except Invalid:
        return
    assert 1 <= len(name) <= rules.MOST_NAME
    assert rules.name(name) == name
    assert "\0" not in name
    assert name.encode()


def test_lines_stay_in_a_bio_and_not_in_a_name() -> None:
    assert rules.bio(" one\r\ntwo ") == "one\ntwo"
    with pytest.raises(Invalid):
        rules.name("one\ntwo")
