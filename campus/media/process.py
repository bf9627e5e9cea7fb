"""Developing one photo, in a child process with limits of its own. Called by the worker."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING

import campus
from campus.media import wire
from campus.platform import metrics
from campus.platform.errors import CampusError, Invalid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campus.media.variants import Processed
    from campus.platform.settings import MediaSettings

logger = logging.getLogger(__name__)

CHILD = (sys.executable, "-m", "campus.media.child")
PORTRAIT = (sys.executable, "-m", "campus.media.portrait")
START_UP = 5  # seconds of grace after the child's own alarm should have ended it
_ROOT = Path(campus.__path__[0]).parent
# Nothing of the parent's environment: no secrets to steal. One malloc arena, or each thread would reserve 64 MB of address space.
_ENVIRONMENT = {"LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "1"}
_TOLD = 2_000


class PhotoUnreadable(Invalid):
    """The file looked like a photo but its pixels cannot be read: truncated, damaged or made to harm."""

    title = "This photo cannot be read"
    retryable = False


class PhotoTooCostly(Invalid):
    """Decoding it takes more memory or time than a photo may."""

    title = "This photo is too large to process"
    retryable = False


class ProcessingDied(CampusError):
    """The child ended without an answer; another attempt may succeed."""

    status = 500
    title = "Processing this photo failed"
    retryable = True


def process(data: bytes, limits: MediaSettings) -> Processed:
    """Upright, metadata-free variants of an uploaded photo, with its dimensions and placeholder.

    Takes about a second of one core for 12 megapixels, and at most `limits.memory_bytes` and `limits.cpu_seconds`.

    Raises:
        PhotoUnreadable, PhotoTooCostly: to be told to the author; another attempt would end the same.
        ProcessingDied: may be tried again.
    """
    with metrics.photo_developed():
        return run_child(CHILD, data, limits)


def portray(data: bytes, limits: MediaSettings) -> Processed:
    """The square in the middle of an uploaded photo, upright and without metadata, at each of `variants.SIDES`.

    Raises:
        PhotoUnreadable, PhotoTooCostly, ProcessingDied: as `process`.
    """
    with metrics.photo_developed():
        return run_child(PORTRAIT, data, limits)


def run_child(program: Sequence[str], data: bytes, limits: MediaSettings) -> Processed:
    """Run a child program on a photo. The files between the two have no name, so nothing is left behind whatever dies."""
    with tempfile.TemporaryFile() as photo, tempfile.TemporaryFile() as answer, tempfile.TemporaryFile() as complaint:
        photo.write(data)
        photo.seek(0)
        code = _run([*program, *_bounds(limits)], (photo, answer, complaint), limits.cpu_seconds)
        answer.seek(0)
        complaint.seek(0)
        return _understand(code, answer, complaint.read(_TOLD))


def _bounds(limits: MediaSettings) -> list[str]:
    return [str(limits.memory_bytes), str(limits.cpu_seconds), str(limits.max_pixels)]


def _run(command: list[str], files: tuple[IO[bytes], IO[bytes], IO[bytes]], seconds: int) -> int:
    """The exit code; negative for the signal that ended it. Whatever happens, no process of the child's group stays."""
    photo, answer, complaint = files
    child = subprocess.Popen(  # noqa: S603 - our own program, no word of it from a user
        command,
        stdin=photo,
        stdout=answer,
        stderr=complaint,
        env=_ENVIRONMENT,
        cwd=_ROOT,
        start_new_session=True,
    )
    try:
        return child.wait(timeout=wire.WALL_FACTOR * seconds + START_UP)
    except subprocess.TimeoutExpired:
        return -signal.SIGALRM
    finally:
        _end(child)


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _understand(code: int, answer: IO[bytes], complaint: bytes) -> Processed:
    reason = complaint.decode(errors="replace")
    if code == wire.UNREADABLE:
        logger.info("photo unreadable: %s", reason)
        raise PhotoUnreadable("The file is damaged or incomplete: its picture cannot be read. Try to export it again.")
    if code in {wire.TOO_COSTLY, -signal.SIGXCPU}:
        raise PhotoTooCostly("This photo takes too much memory or time to process. Make it smaller and try again.")
    if code != 0:
        logger.warning("photo child ended with %d: %s", code, reason)
        raise ProcessingDied("Processing this photo was interrupted. Please try again.")
    try:
        return wire.receive(answer)
    except wire.Garbled as error:
        logger.warning("photo child gave no sense: %s", error)
        raise ProcessingDied("Processing this photo was interrupted. Please try again.") from error
