"""The product's own files, parsed."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = [ROOT / name for name in ("app.py", "config.py", "tasks.py") if (ROOT / name).exists()]


def modules(*folders: str) -> list[Path]:
    """Every Python file below these folders, and the three programs beside them."""
    return sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py")) + PROGRAMS


@cache
def tree(file: Path) -> ast.Module:
    """The file as the compiler reads it."""
    return ast.parse(file.read_text(), str(file))


def name_of(file: Path) -> str:
    """The file as people call it."""
    return file.relative_to(ROOT).as_posix()


def texts(file: Path) -> set[str]:
    """Every string a Python file contains."""
    return {node.value for node in ast.walk(tree(file)) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
