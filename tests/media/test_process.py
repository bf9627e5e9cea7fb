"""The child process: what it answers, and that it is stopped whatever it does."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from io import BytesIO
from textwrap import indent
from typing import TYPE_CHECKING

import pytest

from campus.media import wire
from campus.media.headers import Kind
from campus.media.process import PhotoTooCostly, PhotoUnreadable, ProcessingDied, process, run_child
from campus.media.variants import Format, Processed, Variant
from campus.platform.settings import MediaSettings
from tests.media import corpus

if TYPE_CHECKING:
    from pathlib import Path

LIMITS = MediaSettings()
INSPECT = """\
from campus.media.pixels import develop
links = [os.fstat(number).st_nlink for number in range(16) if os.path.exists(f"/proc/self/fd/{number}")]
assert links == [0, 0, 0], links  # three files, none of which has a name
assert "SECRET_KEY" not in os.environ, os.environ
assert os.getpgid(0) == os.getpid() == os.getsid(0)
return develop(data, most)
"""


def misbehaving(body: str) -> tuple[str, ...]:
    """A child that stands under the real limits and does something else than developing."""
    head = "import os, sys, time\nfrom campus.media.child import main\ndef misbehave(data, most):\n"
    return sys.executable, "-c", head + indent(body, "    ") + "\nsys.exit(main(sys.argv[1:], misbehave))"


def test_a_photo_is_developed() -> None:
    developed = process(corpus.photo(), LIMITS)
    assert (developed.width, developed.height, len(developed.variants)) == (480, 320, 3)


def test_a_photo_of_fifty_megapixels_fits_into_the_limits() -> None:
    developed = process(corpus.flat_png(10_000, 5_000), LIMITS)
    assert developed.variants[-2].width == 2048


@pytest.mark.parametrize("name", ["empty.jpg", "half.jpg", "half.heic", "drawing.svg", "moving.png"])
def test_a_bad_file_is_told_to_the_author_and_not_tried_again(name: str) -> None:
    with pytest.raises(PhotoUnreadable, match="damaged or incomplete") as refusal:
        process(corpus.hostile()[name], LIMITS)
    assert not refusal.value.retryable
    assert refusal.value.status == 422


def test_a_bomb_is_too_costly() -> None:
    with pytest.raises(PhotoTooCostly) as refusal:
        process(corpus.flat_png(10_000, 10_000), LIMITS)
    assert not refusal.value.retryable


def test_decoding_that_needs_more_memory_than_there_is_is_too_costly() -> None:
    with pytest.raises(PhotoTooCostly):
        process(corpus.flat_png(7_000, 7_000, 6), replace(LIMITS, memory_bytes=400_000_000))


def test_a_child_that_eats_memory_is_stopped() -> None:
    with pytest.raises(PhotoTooCostly):
        run_child(misbehaving("pile = []\nwhile True: pile.append(bytearray(50_000_000))"), b"", LIMITS)


def test_a_child_that_spins_is_stopped() -> None:
    with pytest.raises(PhotoTooCostly):
        run_child(misbehaving("while True: pass"), b"", replace(LIMITS, cpu_seconds=1))


def test_a_child_that_sleeps_is_stopped_and_may_be_tried_again() -> None:
    with pytest.raises(ProcessingDied) as refusal:
        run_child(misbehaving("time.sleep(600)"), b"", replace(LIMITS, cpu_seconds=1))
    assert refusal.value.retryable


def test_a_child_that_will_not_be_alarmed_is_stopped_by_its_parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campus.media.process.START_UP", 0)
    noted = tmp_path / "pid"
    body = f"import signal\nsignal.alarm(0)\nopen({str(noted)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)"
    with pytest.raises(ProcessingDied):
        run_child(misbehaving(body), b"", replace(LIMITS, cpu_seconds=2))
    with pytest.raises(ProcessLookupError):
        os.kill(int(noted.read_text()), 0)


def test_a_child_that_crashes_may_be_tried_again() -> None:
    with pytest.raises(ProcessingDied):
        run_child(misbehaving("os.abort()"), b"", LIMITS)
    with pytest.raises(ProcessingDied):
        run_child(misbehaving("raise RuntimeError('our own mistake')"), b"", LIMITS)


def test_a_child_that_writes_without_end_is_stopped() -> None:
    with pytest.raises(ProcessingDied):
        run_child(misbehaving("while True: os.write(1, bytes(10_000_000))"), b"", LIMITS)


def test_a_child_that_answers_nonsense_is_not_believed() -> None:
    with pytest.raises(ProcessingDied):
        run_child((sys.executable, "-c", "print('{}')"), b"", LIMITS)


def test_the_child_sees_no_secret_and_no_open_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "a-secret-of-the-parent")
    assert run_child(misbehaving(INSPECT), corpus.photo(), LIMITS).width == 480


def test_limits_are_never_above_what_the_worker_was_given() -> None:
    halved = "import resource; resource.setrlimit(resource.RLIMIT_AS, (600_000_000, 600_000_000))\n"
    program = misbehaving("assert __import__('resource').getrlimit(9) == (600_000_000,) * 2\nraise MemoryError")
    with pytest.raises(PhotoTooCostly):
        run_child((*program[:-1], halved + program[-1]), b"", LIMITS)


GOOD = Processed(
    10, 5, "aabb", 63, (Variant(480, 320, Format.WEBP, corpus.photo(Kind.WEBP)), Variant(480, 320, Format.JPEG, corpus.photo()))
)


def sent(photo: Processed) -> bytes:
    stream = BytesIO()
    wire.send(photo, stream)
    return stream.getvalue()


def test_what_is_sent_is_received() -> None:
    assert wire.receive(BytesIO(sent(GOOD))) == GOOD


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"[]\n",
        b"{}\n",
        b"\xff\n",
        b"[" * 9_000,
        sent(GOOD)[:-1],
        sent(replace(GOOD, width=0)),
        sent(replace(GOOD, width="10")),  # type: ignore[arg-type]
        sent(replace(GOOD, colour=64)),
        sent(replace(GOOD, colour=-1)),
        sent(replace(GOOD, thumbhash="zz")),
        sent(replace(GOOD, thumbhash="00" * 26)),
        sent(replace(GOOD, variants=())),
        sent(replace(GOOD, variants=(Variant(480, 320, Format.WEBP, b"<script>"),))),
        sent(replace(GOOD, variants=(Variant(480, 320, Format.WEBP, corpus.photo(Kind.JPEG)),))),
        sent(replace(GOOD, variants=(Variant(481, 320, Format.JPEG, corpus.photo(Kind.JPEG)),))),
        sent(replace(GOOD, variants=(Variant(480, 320, "heic", corpus.photo(Kind.HEIC)),))),  # type: ignore[arg-type]
        sent(GOOD).replace(b'"jpg"', b'"svg"'),
    ],
)
def test_what_is_no_developed_photo_is_garbled(answer: bytes) -> None:
    with pytest.raises(wire.Garbled):
        wire.receive(BytesIO(answer))
