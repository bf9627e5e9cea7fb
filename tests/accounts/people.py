"""What the tests of accounts share: somebody with a password, and the mails that were sent."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from campus.accounts import mailing
from campus.accounts.passwords import hashed
from campus.platform import outbox, settings
from tests.factories import make_user

if TYPE_CHECKING:
    from email.message import EmailMessage
    from typing import Any

    from campus.accounts.models import User
    from tests.conftest import Client

PASSWORD = "tulip-orbit-lantern-42"
OTHER = "velvet-canyon-7-rivers"


def make_ada(**columns: Any) -> User:
    return make_user(**({"handle": "ada", "name": "Ada", "password_hash": hashed(PASSWORD)} | columns))


def sign_in(client: Client, email: str = "ada@example.org", password: str = PASSWORD, **more: str) -> Any:
    return client.post("/login", data={"email": email, "password": password, **more})


def is_in(client: Client) -> bool:
    return client.get("/settings").status_code == 200


def sent() -> list[EmailMessage]:
    """The mails that the waiting jobs make, the oldest first; each is seen once."""
    outbox.drain(mailing.HANDLERS, kind=mailing.KIND)
    files = sorted(Path(urlsplit(settings.current().mail_url).path).glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
    mails = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    for file in files:
        file.unlink()
    return mails


def link_in(mail: EmailMessage) -> str:
    """The path of the link in a mail."""
    found = re.search(r"http://localhost(/(?:verify|reset)/\S+)", mail.get_content())
    assert found, mail.get_content()
    return found[1]
