"""Quotas: exact, given back by a rollback, and indifferent to Redis."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from campus import quotas
from campus.platform import limits, redis, settings
from campus.platform.clock import now
from campus.platform.db import transaction
from campus.platform.limits import Period, Quota, QuotaExceeded, spend, usage
from campus.platform.rates import throttle

if TYPE_CHECKING:
    from flask import Flask

pytestmark = pytest.mark.usefixtures("app")

TWENTY = Quota("posts", 20, Period.DAY)
NOON = datetime(2026, 3, 1, 12, 30, 15, tzinfo=UTC)


def use(amount: int = 1, *, subject: int | str = 7, at: datetime = NOON, quota: Quota = TWENTY) -> limits.Usage:
    with transaction():
        return spend(quota, subject, now=at, amount=amount)


def test_the_limit_is_reached_and_not_passed() -> None:
    for expected in range(1, 21):
        assert use().used == expected
    with pytest.raises(QuotaExceeded) as refused:
        use()
    error = refused.value
    assert (error.status, error.used, error.limit) == (429, 20, 20)
    assert error.resets_at == datetime(2026, 3, 2, tzinfo=UTC)
    assert "20 posts per day" in str(error)
    assert usage(TWENTY, 7, now=NOON).used == 20


def test_a_rollback_gives_it_back() -> None:
    class Mishap(Exception):
        pass

    def spend_and_fail() -> None:
        use()
        raise Mishap

    with pytest.raises(Mishap), transaction():
        spend_and_fail()
    assert usage(TWENTY, 7, now=NOON).used == 0


def test_each_subject_and_each_quota_has_a_bucket_of_its_own() -> None:
    use(20)
    assert use(subject="192.0.2.1").used == 1
    assert use(quota=quotas.LIKES).used == 1


def test_the_next_day_begins_anew() -> None:
    use(20)
    assert use(at=NOON + timedelta(days=1)).used == 1


def test_an_amount_that_does_not_fit_uses_nothing() -> None:
    use(15)
    with pytest.raises(QuotaExceeded):
        use(6)
    with pytest.raises(QuotaExceeded):
        use(21, subject="new")
    assert usage(TWENTY, 7, now=NOON).used == 15
    assert usage(TWENTY, "new", now=NOON).used == 0
    assert use(5).left == 0


@pytest.mark.parametrize(("used", "warns"), [(0, False), (15, False), (16, True), (20, True)])
def test_it_is_shown_from_four_fifths(used: int, *, warns: bool) -> None:
    if used:
        use(used)
    assert usage(TWENTY, 7, now=NOON).warn is warns


def test_giving_back_frees_the_place() -> None:
    use(20)
    with transaction():
        limits.give_back(TWENTY, 7, now=NOON)
    assert use().used == 20


def test_giving_back_never_goes_below_zero() -> None:
    use(1)
    with transaction():
        limits.give_back(TWENTY, 7, now=NOON, amount=2)
    assert usage(TWENTY, 7, now=NOON).used == 1


def test_requiring_what_is_left_uses_none() -> None:
    limits.require_left(TWENTY, 7, now=NOON)
    use(20)
    with pytest.raises(QuotaExceeded):
        limits.require_left(TWENTY, 7, now=NOON)


def test_the_settings_replace_the_number() -> None:
    other = dataclasses.replace(settings.current(), quotas={"posts": "2/hour"})
    with settings.override(other):
        use(2)
        with pytest.raises(QuotaExceeded) as refused:
            use()
    assert refused.value.resets_at == datetime(2026, 3, 1, 13, tzinfo=UTC)


def test_old_counts_are_forgotten() -> None:
    use()
    use(at=NOON + timedelta(days=3))
    assert limits.forget_before(NOON + timedelta(days=1)) == 1
    assert usage(TWENTY, 7, now=NOON + timedelta(days=3)).used == 1


@pytest.mark.parametrize(
    ("period", "start"),
    [
        (Period.MINUTE, datetime(2026, 3, 1, 12, 30, tzinfo=UTC)),
        (Period.HOUR, datetime(2026, 3, 1, 12, tzinfo=UTC)),
        (Period.DAY, datetime(2026, 3, 1, tzinfo=UTC)),
    ],
)
def test_periods_are_those_of_the_clock(period: Period, start: datetime) -> None:
    assert period.start(NOON) == start


@pytest.mark.parametrize("quota", quotas.ALL, ids=lambda quota: quota.name)
def test_every_quota_has_a_name_of_its_own_and_a_limit(quota: Quota) -> None:
    assert [other.name for other in quotas.ALL].count(quota.name) == 1
    assert quota.limit > 0


@pytest.mark.faults
@pytest.mark.parametrize("run", [*range(3), *(pytest.param(run, marks=pytest.mark.long) for run in range(3, 20))])
def test_thirty_two_threads_get_exactly_twenty_while_redis_is_emptied(app: Flask, run: int) -> None:
    def attempt(number: int) -> bool:
        with app.app_context():
            if number % 16 == 0:
                redis.client().flushdb()
            try:
                use_or_fail(number)
            except (QuotaExceeded, RuntimeError):
                return False
            return True

    def use_or_fail(number: int) -> None:
        with transaction():
            spend(TWENTY, run, now=NOON)
            if number % 5 == 0:
                raise RuntimeError("the post was no good after all")

    with ThreadPoolExecutor(32) as pool:
        accepted = sum(pool.map(attempt, range(320)))
    assert accepted == 20
    assert usage(TWENTY, run, now=NOON).used == 20


def test_a_burst_is_stopped_and_told_when_to_go_on(app: Flask) -> None:
    burst = Quota("burst", 5, Period.MINUTE)
    with app.test_request_context():
        for _ in range(5):
            throttle(burst, "192.0.2.1")
        throttle(burst, "192.0.2.2")
        with pytest.raises(QuotaExceeded) as refused:
            throttle(burst, "192.0.2.1")
    assert 0 < (refused.value.resets_at - now()).total_seconds() <= 61


def test_an_empty_subject_is_a_mistake_not_a_way_around() -> None:
    with pytest.raises(ValueError, match="empty subject"):
        throttle(TWENTY, "")
