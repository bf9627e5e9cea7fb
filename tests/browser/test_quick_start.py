"""The quick starts of docs/api.md, word for word, against the running site."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.architecture.sources import ROOT

if TYPE_CHECKING:
    from tests.browser.site import Site

DOCUMENT = (ROOT / "docs" / "api.md").read_text()


def blocks(language: str) -> str:
    """Every block of a language, one after the other."""
    return "\n".join(re.findall(rf"^```{language}\n(.*?)^```", DOCUMENT, re.DOTALL | re.MULTILINE))


def run(site: Site, *argv: str, text: str, **more: str) -> str:
    done = subprocess.run(
        argv,
        input=text,
        env=site.environ | {"SITE": site.url} | more,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_with_curl(site: Site) -> None:
    told = run(site, "bash", "-eu", text=blocks("sh"))
    assert '"handle":"mira_halvorsen"' in told
    assert 'rel="next"' in told
    assert "The observatory is open tonight." in told
    assert "The home feed of a student" in told


def test_with_python(site: Site) -> None:
    address = "mira.halvorsen@northbridge.example"
    token = site.flask("token", "create", address, "--name", "Test", "--scope", "read", "--scope", "write").strip()
    told = run(site, sys.executable, "-", text=blocks("python"), TOKEN=token)
    assert "posts, each once: True" in told
    assert "liked: True" in told
