"""Expand, then contract: a migration that is applied while the old code serves takes nothing away from it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from tests.architecture.sources import ROOT, tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VERSIONS = sorted(path for path in (ROOT / "migrations" / "versions").glob("*.py") if path.name > "0006")
TAKES_AWAY = {"drop_table", "drop_column", "rename_table"}
MARK = "CONTRACTS"
REMEDY = f"give the old code one more release, or say why not: {MARK} = '…' (docs/operations.md, Upgrades)"


def breaking(source: ast.Module) -> list[str]:
    """What `upgrade` does that the code before it would not survive."""
    upgrade = next(node for node in source.body if isinstance(node, ast.FunctionDef) and node.name == "upgrade")
    made = {_text(call.args[0]) for call in _calls(upgrade) if _name(call) == "create_table"}
    calls = (call for call in _calls(upgrade) if not (call.args and _text(call.args[0]) in made))
    return [f"line {call.lineno}: {_name(call)}" for call in calls if _breaks(call)]


def _breaks(call: ast.Call) -> bool:
    name, given = _name(call), {each.arg: each.value for each in call.keywords}
    if name in TAKES_AWAY:
        return True
    if name == "alter_column":
        narrowed = isinstance(given.get("nullable"), ast.Constant) and given["nullable"].value is False  # type: ignore[attr-defined]
        return narrowed or "new_column_name" in given or "type_" in given
    if name == "add_column":
        return _needs_a_value(call.args[1])
    return False


def _needs_a_value(column: ast.expr) -> bool:
    given = {each.arg: each.value for each in column.keywords} if isinstance(column, ast.Call) else {}
    must = isinstance(given.get("nullable"), ast.Constant) and given["nullable"].value is False  # type: ignore[attr-defined]
    return must and not {"server_default", "identity"} & given.keys()


def _calls(function: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(function) if isinstance(node, ast.Call))


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _text(node: ast.expr) -> object:
    return node.value if isinstance(node, ast.Constant) else None


@pytest.mark.parametrize("file", VERSIONS, ids=lambda file: file.stem)
def test_a_migration_leaves_the_old_code_what_it_uses(file: Path) -> None:
    source = tree(file)
    marked = any(isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == MARK for node in source.body)
    assert marked or breaking(source) == [], REMEDY


def locking(source: ast.Module) -> list[str]:
    """The indexes it makes of a table that is there, which nobody can write to meanwhile."""
    made = {_text(call.args[0]) for call in _calls(source) if _name(call) == "create_table"}
    indexes = [call for call in _calls(source) if _name(call) == "create_index" and _text(call.args[1]) not in made]
    return [f"line {call.lineno}" for call in indexes if not _concurrently(call)]


def _concurrently(call: ast.Call) -> bool:
    return any(each.arg == "postgresql_concurrently" and _text(each.value) is True for each in call.keywords)


@pytest.mark.parametrize("file", [file for file in VERSIONS if file.name > "0021"], ids=lambda file: file.stem)
def test_an_index_is_made_while_people_write(file: Path) -> None:
    assert locking(tree(file)) == [], "make it in op.get_context().autocommit_block(), with postgresql_concurrently=True"


@pytest.mark.parametrize(
    ("statement", "locks"),
    [
        ('op.create_index("ix", "post", ["id"])', True),
        ('op.create_index("ix", "post", ["id"], postgresql_concurrently=True)', False),
        ('op.create_table("mood")\nop.create_index("ix", "mood", ["id"])', False),
    ],
)
def test_the_check_knows_an_index_that_locks(statement: str, *, locks: bool) -> None:
    assert bool(locking(ast.parse(statement))) is locks


@pytest.mark.parametrize(
    ("statement", "breaks"),
    [
        ('op.drop_column("post", "title")', True),
        ('op.drop_table("post")', True),
        ('op.rename_table("post", "entry")', True),
        ('op.alter_column("post", "title", new_column_name="heading")', True),
        ('op.alter_column("post", "title", nullable=False)', True),
        ('op.alter_column("post", "title", type_=sa.Integer())', True),
        ('op.add_column("post", sa.Column("mood", sa.Text(), nullable=False))', True),
        ('op.add_column("post", sa.Column("mood", sa.Text(), nullable=False, server_default=""))', False),
        ('op.add_column("post", sa.Column("mood", sa.Text(), nullable=True))', False),
        ('op.alter_column("post", "title", nullable=True)', False),
        ('op.create_table("mood", sa.Column("id", sa.BigInteger(), nullable=False))', False),
        ('op.create_index("ix_post_mood", "post", ["mood"])', False),
    ],
)
def test_what_takes_something_away_is_told_from_what_adds(statement: str, breaks: bool) -> None:  # noqa: FBT001
    assert bool(breaking(ast.parse(f"def upgrade():\n    {statement}"))) is breaks
