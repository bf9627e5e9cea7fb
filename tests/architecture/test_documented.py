"""What can be set from outside is written down."""

from __future__ import annotations

import ast
import re

import config
from tests.architecture.sources import ROOT, tree

READERS = {"text", "parsed", "whole", "choice", "yes", "url"}


def settings_read() -> set[str]:
    """The names that config.py reads."""
    calls = (node for node in ast.walk(tree(ROOT / "config.py")) if isinstance(node, ast.Call))
    named = {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in READERS
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }
    return {str(name) for name in named} | set(config.BOUNDS) | {f"QUOTA_{name}" for name in config.QUOTAS}


def settings_written_down() -> set[str]:
    """The names that docs/settings.md has a row for."""
    return set(re.findall(r"^\| `([A-Z0-9_]+)`", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE))


def test_every_setting_is_documented_and_nothing_else_is() -> None:
    assert settings_read() == settings_written_down()


def test_every_bound_is_that_of_the_document() -> None:
    document = (ROOT / "docs" / "settings.md").read_text()
    missing = {name for name, (low, high) in config.BOUNDS.items() if not re.search(rf"`{name}` .*{low:,} to {high:,}", document)}
    assert missing == set()
