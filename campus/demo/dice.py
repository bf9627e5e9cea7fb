"""Chance that comes out the same every time: for a seed and a name there is one sequence, on every machine."""

from __future__ import annotations

import uuid
from itertools import accumulate
from random import Random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")


class Dice(Random):
    """A seeded source of numbers. Each purpose takes a name of its own: a change to one leaves the others as they were."""

    def __init__(self, seed: int, name: str) -> None:
        super().__init__(f"{seed}:{name}")

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.random() < probability

    def tail(self, mean: float, most: int, shape: float = 1.5) -> int:
        """A whole number from a Lomax distribution (a Pareto one moved to zero) of this mean, cut off at `most`."""
        return min(most, int((shape - 1) * mean * (self.paretovariate(shape) - 1)))

    def some(self, values: Sequence[T], count: int) -> list[T]:
        """Up to `count` different ones, in an order of their own."""
        return self.sample(values, min(count, len(values)))

    def token(self) -> uuid.UUID:
        """A random name for files, of the form the posts give theirs."""
        return uuid.UUID(int=self.getrandbits(128), version=4)


def zipf(count: int, exponent: float) -> list[float]:
    """Cumulative weights of ranks 1 to `count`, each rank's being rank^-exponent: for `choices(cum_weights=…)`."""
    return list(accumulate(rank**-exponent for rank in range(1, count + 1)))
