"""Mail leaves here, by the way `MAIL_URL` names.

`smtp://user:password@host:port` (STARTTLS where the server has it, required for a password unless the server is this machine),
`smtps://…` (TLS from the first byte), `file:///folder` (one .eml file for each mail) or `console://`. `?from=address` names the
sender. A mail has a key, from which its Message-ID is made: sent twice after a failure, it is one mail to whoever receives it.
"""

from __future__ import annotations

import hashlib
import re
import smtplib
import ssl
import sys
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from campus.platform import clock, metrics, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from urllib.parse import SplitResult

TIMEOUT = 10.0  # seconds, for each answer of the server
PORTS = {"smtp": 25, "smtps": 465}
HERE = frozenset({"localhost", "127.0.0.1", "::1"})
CLOSING = 421  # what a server says that ends the conversation, after so many mails or so long
ABOUT_ONE = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)  # said of one mail; the next may go


class MailRefused(Exception):
    """The mail cannot be sent as the settings are: an operator's matter, not the recipient's."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail in plain text. `key` is the same however often it is tried.

    `unsubscribe` is an address that ends mails like this one when it is sent a POST (RFC 8058), or empty.
    """

    key: str
    to: str
    subject: str
    text: str
    unsubscribe: str = ""


def send(mail: Mail) -> None:
    """Hand a mail over; it is the next one's responsibility when this returns.

    Raises:
        MailRefused: the settings do not allow it.
        OSError, smtplib.SMTPException: it could not be handed over; try again later.
    """
    with line() as hand_over:
        hand_over(mail)


@contextmanager
def line() -> Iterator[Callable[[Mail], None]]:
    """Hands over mails by one connection, opened for the first of them; each as `send` does.

    A server that ends the conversation is called once more. What is said of one mail (`ABOUT_ONE`) leaves the line as it is.
    """
    url = urlsplit(settings.current().mail_url)
    servers = _Servers(url)

    def hand_over(mail: Mail) -> None:
        try:
            _hand_on(mail, url, servers)
        except Exception:
            metrics.mail_went("failed")
            raise
        metrics.mail_went("sent")

    try:
        yield hand_over
    finally:
        servers.hang_up()


def _hand_on(mail: Mail, url: SplitResult, servers: _Servers) -> None:
    message = _message(mail, url)
    if url.scheme == "file":
        _to_file(message, Path(unquote(url.path)), mail.key)
    elif url.scheme == "console":
        sys.stdout.write(f"{message.as_string()}\n")
        sys.stdout.flush()
    else:
        servers.take(message)


def try_out() -> str:
    """See that mail could be handed over now, without sending any. Returns the way it goes; whatever is raised says why not."""
    url = urlsplit(settings.current().mail_url)
    if url.scheme == "file":
        folder = Path(unquote(url.path))
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return f"files in {folder}"
    if url.scheme in PORTS:
        with _server(url) as server:
            server.noop()
    return f"{url.scheme} {url.hostname or ''}".rstrip()


def _server(url: SplitResult) -> smtplib.SMTP:
    """The mail server, greeted."""
    host, port = url.hostname or "localhost", url.port or PORTS[url.scheme]
    if url.scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=ssl.create_default_context())
    return smtplib.SMTP(host, port, timeout=TIMEOUT)


def _message(mail: Mail, url: SplitResult) -> EmailMessage:
    site = settings.current()
    host = urlsplit(site.site_url).hostname or "localhost"
    named = parse_qs(url.query).get("from", [])
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(display_name=site.site_name, addr_spec=named[0] if named else f"no-reply@{_mail_host(host)}")
    message["To"] = Address(addr_spec=mail.to)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{_word(mail.key)}@{_mail_host(host)}>"
    message["Auto-Submitted"] = "auto-generated"
    if mail.unsubscribe:
        message["List-Unsubscribe"] = f"<{mail.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(mail.text)
    return message


def _mail_host(host: str) -> str:
    """A host as the right side of an address: a number is none."""
    return host if re.fullmatch(r"[a-z0-9.-]*[a-z][a-z0-9.-]*", host) else "localhost"


def _word(key: str) -> str:
    """The key where only some characters may stand: as it is, or else its hash."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]{1,100}", key) else hashlib.sha256(key.encode()).hexdigest()[:32]


def _to_file(message: EmailMessage, folder: Path, key: str) -> None:
    """Whole or not at all; readable by the operator alone, since it may hold links that open accounts."""
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f".{_word(key)}.part"
    unfinished.touch(mode=0o600)
    unfinished.write_bytes(message.as_bytes())
    unfinished.replace(folder / f"{_word(key)}.eml")


class _Servers:
    """The mail server, kept on the line; another connection to it when it has hung up."""

    def __init__(self, url: SplitResult) -> None:
        self._url = url
        self._server: smtplib.SMTP | None = None

    def take(self, message: EmailMessage) -> None:
        """Hand one message over."""
        fresh = self._server is None
        server = self._server = self._server or _connected(self._url)
        try:
            server.send_message(message)
        except smtplib.SMTPException as error:
            if not _ended(error):
                raise
            self.hang_up()
            if fresh:
                raise
            self.take(message)

    def hang_up(self) -> None:
        """End the conversation, if there is one."""
        server, self._server = self._server, None
        if server is not None:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()


def _ended(error: smtplib.SMTPException) -> bool:
    """The server has ended the conversation, or is about to."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return any(code == CLOSING for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code == CLOSING
    return isinstance(error, smtplib.SMTPServerDisconnected)


def _connected(url: SplitResult) -> smtplib.SMTP:
    """The mail server, ready for mails: in private where it has TLS, signed in where the address has a password."""
    server = _server(url)
    try:
        private = url.scheme == "smtps" or _made_private(server) or (url.hostname or "localhost") in HERE
        if url.username:
            _sign_in(server, url, private=private)
    except BaseException:
        server.close()
        raise
    return server


def _made_private(server: smtplib.SMTP) -> bool:
    server.ehlo()
    if not server.has_extn("starttls"):
        return False
    server.starttls(context=ssl.create_default_context())
    server.ehlo()
    return True


def _sign_in(server: smtplib.SMTP, url: SplitResult, *, private: bool) -> None:
    if not private:
        raise MailRefused(f"{url.hostname} offers no TLS; the password of MAIL_URL would be read on the way")
    server.login(unquote(url.username or ""), unquote(url.password or ""))
