"""Templates: each compiles, each is used, each asks for nothing from elsewhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from jinja2 import nodes

from tests.architecture.sources import ROOT, modules, texts

if TYPE_CHECKING:
    from flask import Flask

TEMPLATES = sorted(file.relative_to(ROOT / "templates").as_posix() for file in (ROOT / "templates").rglob("*") if file.is_file())
NAMED = re.compile(r"""["']([a-z_/]+\.(?:html|txt))["']""")
ALONE = re.compile(r"""page_or_block\(\s*"([^"]+)",\s*"([^"]+)\"""")
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


def test_a_block_that_is_sent_alone_imports_what_it_uses(app: Flask) -> None:
    """The head of the template is not run then: a macro imported there is undefined, though the whole page is well."""
    sent = {found for file in modules("campus") for found in ALONE.findall(file.read_text())}
    assert sent
    missing = {}
    for name, block in sorted(sent):
        tree = app.jinja_env.parse((ROOT / "templates" / name).read_text())
        (body,) = (node for node in tree.find_all(nodes.Block) if node.name == block)
        used = {node.name for node in body.find_all(nodes.Name) if node.ctx == "load"}
        missing[name, block] = (used & imported(tree)) - imported(body)
    assert {where: names for where, names in missing.items() if names} == {}


def imported(node: nodes.Node) -> set[str]:
    """The names that are imported directly in a template, or directly in a block."""
    found: set[str] = set()
    for each in node.iter_child_nodes():
        if isinstance(each, nodes.FromImport):
            found |= {one if isinstance(one, str) else one[1] for one in each.names}
        elif isinstance(each, nodes.Import):
            found.add(each.target)
    return found


@pytest.mark.parametrize("name", TEMPLATES)
def test_nothing_the_policy_would_refuse(name: str) -> None:
    source = (ROOT / "templates" / name).read_text()
    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(source)] == []
