"""A list of addresses as people paste or upload it: CSV of whatever make, the address in the first column that has one."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field

from campus.accounts import rules
from campus.platform.errors import Invalid
from campus.platform.inputs import is_clean

MOST_LINES = 1000
MOST_BYTES = 500_000
LONGEST_SHOWN = 80
SEPARATORS = ",;\t"


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no address: its number from 1, what stands there (shortened), and what is wrong."""

    number: int
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was read: addresses in their one form, each once, in the order of the lines."""

    addresses: tuple[str, ...] = ()
    bad: tuple[BadLine, ...] = ()


@dataclass(slots=True)
class _Reading:
    addresses: dict[str, int] = field(default_factory=dict)
    bad: list[BadLine] = field(default_factory=list)


def decoded(data: bytes) -> str:
    """A file as text.

    Raises:
        Invalid: it is too large, or no text.
    """
    if len(data) > MOST_BYTES:
        raise Invalid(f"The file is larger than {MOST_BYTES // 1000} kB.", field="file")
    for encoding in ("utf-8-sig", "utf-16") if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig",):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid("The file is no text in UTF-8: save it as “CSV UTF-8”.", field="file")


def read(text: str) -> Sheet:
    """The addresses in a text, a line each; a first line without one is a heading.

    Raises:
        Invalid: there are too many lines, or none.
    """
    lines = text.splitlines()
    if sum(1 for line in lines if line.strip()) > MOST_LINES:
        raise Invalid(f"Up to {MOST_LINES} lines at once, please.", field="addresses")
    reading = _Reading()
    for number, line in enumerate(lines, 1):
        if line.strip() and not (number == 1 and "@" not in line):
            _read_line(reading, number, line)
    if not reading.addresses and not reading.bad:
        raise Invalid("There is no address in it.", field="addresses")
    return Sheet(tuple(reading.addresses), tuple(reading.bad))


def _read_line(reading: _Reading, number: int, line: str) -> None:
    try:
        address = rules.address(_cell(line))
    except Invalid as error:
        reading.bad.append(BadLine(number, _shown(line), str(error)))
        return
    if address in reading.addresses:
        reading.bad.append(BadLine(number, _shown(line), f"The same as line {reading.addresses[address]}."))
    else:
        reading.addresses[address] = number


def _cell(line: str) -> str:
    """The first cell with an @ in it, or the first of all."""
    separator = max(SEPARATORS, key=line.count)
    try:
        cells = next(csv.reader([line], delimiter=separator), [line])
    except csv.Error:
        cells = [line]
    return next((cell for cell in cells if "@" in cell), cells[0] if cells else "").strip()


def _shown(line: str) -> str:
    plain = line if is_clean(line) else line.encode("ascii", "replace").decode()
    return "".join(letter if letter.isprintable() else "�" for letter in plain.strip())[:LONGEST_SHOWN]
