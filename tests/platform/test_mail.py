"""Mail by each way `MAIL_URL` can name."""

from __future__ import annotations

import dataclasses
import socketserver
import threading
from contextlib import contextmanager
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

import pytest

from campus.platform import mail, settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

LETTER = mail.Mail(key="verify-1", to="ada@example.org", subject="Confirm · PhotoCampus", text="Grüße\nA link\n")


@contextmanager
def by(url: str) -> Iterator[None]:
    with settings.override(dataclasses.replace(settings.current(), mail_url=url)):
        yield


def test_into_a_folder_one_file_for_each_readable_by_its_owner_alone(app: Flask, tmp_path: Path) -> None:
    with by(f"file://{tmp_path}/mail"):
        mail.send(LETTER)
        mail.send(LETTER)
    (file,) = (tmp_path / "mail").iterdir()
    assert file.name == "verify-1.eml"
    assert file.stat().st_mode & 0o077 == 0
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert (message["To"], message["Subject"]) == ("ada@example.org", "Confirm · PhotoCampus")
    assert message["Message-ID"] == "<verify-1@localhost>"
    assert message["From"] == "PhotoCampus <no-reply@localhost>"
    assert "Grüße" in message.get_content()


def test_onto_the_console(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    with by("console://"):
        mail.send(LETTER)
    assert "To: ada@example.org" in capsys.readouterr().out


def test_a_key_cannot_leave_the_folder(app: Flask, tmp_path: Path) -> None:
    with by(f"file://{tmp_path}/mail"):
        mail.send(dataclasses.replace(LETTER, key="../../etc/x"))
    assert [file.suffix for file in (tmp_path / "mail").iterdir()] == [".eml"]


def test_no_header_is_smuggled_in(app: Flask, tmp_path: Path) -> None:
    with by(f"file://{tmp_path}/mail"), pytest.raises(ValueError, match=r"(?i)newline|header|parse|invalid|linefeed"):
        mail.send(dataclasses.replace(LETTER, subject="Hello\nBcc: everybody@example.org"))


MAILS_OF_A_CONVERSATION = 2


class _Server(socketserver.StreamRequestHandler):
    """As much of SMTP as a mail needs; offers no TLS. Takes two mails of a conversation, and none for `nobody@`."""

    received: list[bytes]

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        data, taken = False, 0
        for line in self.rfile:
            if data:
                self.received.append(line)
                data = line != b".\r\n"
                if not data:
                    taken += 1
                    self.wfile.write(b"250 taken\r\n")
                continue
            verb = line[:4].upper()
            if verb == b"MAIL" and taken == MAILS_OF_A_CONVERSATION:
                self.wfile.write(b"421 enough\r\n")
                return
            if verb == b"RCPT" and b"nobody@" in line:
                self.wfile.write(b"550 no such person\r\n")
                continue
            data = verb == b"DATA"
            answers = {
                b"DATA": b"354 go on\r\n",
                b"QUIT": b"221 bye\r\n",
                b"AUTH": b"235 in\r\n",
                b"EHLO": b"250-x\r\n250 AUTH PLAIN\r\n",
            }
            self.received.append(line)
            self.wfile.write(answers.get(verb, b"250 ok\r\n"))
            if verb == b"QUIT":
                return


@pytest.fixture
def server() -> Iterator[tuple[int, list[bytes]]]:
    received: list[bytes] = []
    handler = type("Handler", (_Server,), {"received": received})
    with socketserver.TCPServer(("127.0.0.1", 0), handler) as listening:
        thread = threading.Thread(target=listening.serve_forever, daemon=True)
        thread.start()
        yield listening.server_address[1], received
        listening.shutdown()
        thread.join()


def test_by_smtp_with_the_sender_of_the_settings(app: Flask, server: tuple[int, list[bytes]]) -> None:
    port, received = server
    with by(f"smtp://me:p%40ss@127.0.0.1:{port}?from=campus@northbridge.example"):
        mail.send(LETTER)
    heard = b"".join(received)
    assert b"AUTH PLAIN" in heard
    assert b"mail FROM:<campus@northbridge.example>" in heard
    assert b"rcpt TO:<ada@example.org>" in heard


def test_a_password_does_not_travel_in_the_open(
    app: Flask, server: tuple[int, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    port, received = server
    monkeypatch.setattr(mail, "HERE", frozenset())
    with by(f"smtp://me:secret@127.0.0.1:{port}"), pytest.raises(mail.MailRefused):
        mail.send(LETTER)
    assert b"AUTH" not in b"".join(received)


def test_a_server_that_is_away_is_an_error_to_try_again(app: Flask) -> None:
    with by("smtp://127.0.0.1:1"), pytest.raises(OSError, match="refused"):
        mail.send(LETTER)


def test_many_mails_go_by_one_line_that_is_taken_up_again_when_the_server_ends_it(
    app: Flask, server: tuple[int, list[bytes]]
) -> None:
    port, received = server
    with by(f"smtp://127.0.0.1:{port}"), mail.line() as hand_over:
        for number in range(5):
            hand_over(dataclasses.replace(LETTER, key=f"letter-{number}"))
    heard = b"".join(received)
    assert [heard.count(f"Message-ID: <letter-{number}@".encode()) for number in range(5)] == [1] * 5
    assert heard.lower().count(b"ehlo") == 3


def test_what_is_said_of_one_mail_is_not_said_of_the_next(app: Flask, server: tuple[int, list[bytes]]) -> None:
    port, received = server
    with by(f"smtp://127.0.0.1:{port}"), mail.line() as hand_over:
        with pytest.raises(mail.ABOUT_ONE):
            hand_over(dataclasses.replace(LETTER, to="nobody@example.org"))
        hand_over(LETTER)
    heard = b"".join(received)
    assert heard.count(b"Message-ID") == 1
    assert heard.lower().count(b"ehlo") == 1
