"""The program that touches hostile bytes: `python -m campus.media.child MEMORY_BYTES CPU_SECONDS MAX_PIXELS`.

The photo comes in on standard input, what it became goes out on standard output (see `wire`); both are nameless files of the
parent. The child has no environment, no arguments that tell whose photo it is, and no path to write to. Before it reads the first
byte it takes from itself what developing one photo does not need; the modules it is made of are loaded before that.
"""

from __future__ import annotations

import resource
import signal
import sys
from typing import TYPE_CHECKING

from campus.media import pixels, wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.media.variants import Processed

MAX_OUTPUT = 100_000_000  # bytes; the largest set of variants is a third of it
MAX_OPEN_FILES = 16


def main(arguments: list[str], develop: Callable[[bytes, int], Processed] = pixels.develop) -> int:
    """Develop one photo and answer with an exit code: 0, UNREADABLE or TOO_COSTLY. The reason goes to standard error."""
    memory, seconds, max_pixels = map(int, arguments)
    confine(memory, seconds)
    try:
        wire.send(develop(sys.stdin.buffer.read(), max_pixels), sys.stdout.buffer)
    except pixels.Unreadable as error:
        sys.stderr.write(str(error))
        return wire.UNREADABLE
    except (MemoryError, pixels.TooManyPixels) as error:
        sys.stderr.write(type(error).__name__)
        return wire.TOO_COSTLY
    return 0


def confine(memory: int, seconds: int) -> None:
    """Bound this process for good: bytes of address space, seconds of processor and of wall clock, files, output, core dumps.

    The alarm ends it even when the parent that should have waited is gone.
    """
    _bound(resource.RLIMIT_AS, memory)
    _bound(resource.RLIMIT_CPU, seconds)
    _bound(resource.RLIMIT_FSIZE, MAX_OUTPUT)
    _bound(resource.RLIMIT_NOFILE, MAX_OPEN_FILES)
    _bound(resource.RLIMIT_CORE, 0)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(seconds * wire.WALL_FACTOR)


def _bound(what: int, most: int) -> None:
    """Never above what this process was given. Processor time ends a second later for good, so that the soft bound is told."""
    _, hard = resource.getrlimit(what)
    soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
    ceiling = soft + 1 if what == resource.RLIMIT_CPU and soft != hard else soft
    resource.setrlimit(what, (soft, ceiling))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
