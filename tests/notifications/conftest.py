"""What the tests of notifications share."""

from __future__ import annotations

import dataclasses
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

import pytest

from campus.platform import settings
from tests.api.conftest import program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import EmailMessage
    from pathlib import Path

    from flask import Flask

    Outbox = Callable[[], list[EmailMessage]]


__all__ = ["program"]


@pytest.fixture
def mails(app: Flask, tmp_path: Path) -> Iterator[Outbox]:
    """`mails()` is what has been sent so far, by recipient."""
    folder = tmp_path / "mail"
    folder.mkdir()

    def sent() -> list[EmailMessage]:
        read = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in folder.glob("*.eml")]
        return sorted(read, key=lambda mail: str(mail["To"]))

    with settings.override(dataclasses.replace(settings.current(), mail_url=f"file://{folder}")):
        yield sent
