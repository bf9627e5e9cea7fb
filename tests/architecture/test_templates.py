"""Templates: each compiles, each is used, each asks for nothing from elsewhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.architecture.sources import ROOT, modules, texts

if TYPE_CHECKING:
    from flask import Flask

TEMPLATES = sorted(file.relative_to(ROOT / "templates").as_posix() for file in (ROOT / "templates").rglob("*") if file.is_file())
NAMED = re.compile(r"""["']([a-z_/]+\.(?:html|txt))["']""")
FORBIDDEN = {
    "a script in the page": re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE),
    "a handler in an attribute": re.compile(r"\son[a-z]+\s*=", re.IGNORECASE),
    "a style in the page": re.compile(r"<style|\sstyle\s*=", re.IGNORECASE),
    "an address of another site": re.compile(r"""(?:src|href)\s*=\s*["'](?:https?:)?//""", re.IGNORECASE),
    "code in an attribute": re.compile(r"hx-on|hx-vals\s*=\s*['\"]js:|javascript:", re.IGNORECASE),
    "text marked as safe": re.compile(r"\|\s*safe\b"),
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_compiles(app: Flask, name: str) -> None:
    app.jinja_env.get_template(name)


def test_every_template_is_used() -> None:
    in_python = set().union(*(texts(file) for file in modules("campus")))
    in_templates = {named for file in TEMPLATES for named in NAMED.findall((ROOT / "templates" / file).read_text())}
    assert set(TEMPLATES) - in_python - in_templates == set()


def test_every_template_that_is_named_exists() -> None:
    in_python = {text for file in modules("campus") for text in texts(file) if re.fullmatch(r"[a-z_]+/[a-z_]+\.(html|txt)", text)}
    assert in_python - set(TEMPLATES) == set()


@pytest.mark.parametrize("name", TEMPLATES)
def test_nothing_the_policy_would_refuse(name: str) -> None:
    source = (ROOT / "templates" / name).read_text()
    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(source)] == []
