from __future__ import annotations

import re

import pytest
from lucide.jinja import lucide

from campus.platform.drawings import icon
from tests.architecture.sources import ROOT

SPRITE = (ROOT / "templates" / "layout" / "_sprite.html").read_text()
NAMES = re.findall(r'^  "([a-z0-9-]+)"', SPRITE, re.MULTILINE)


def test_every_drawing_of_the_pages_is_as_the_set_itself_makes_it() -> None:
    assert len(NAMES) > 60
    assert [name for name in NAMES if icon(name) != lucide(name)] == []


def test_what_is_not_in_the_set_is_an_error() -> None:
    with pytest.raises(KeyError, match="no-such-thing"):
        icon("no-such-thing")
