"""Delivery piece by piece: windows, thresholds, lost leases, races of two workers; each ends with every feed as defined."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete as sql_delete
from sqlalchemy import event, func, select, update

from campus.accounts.actions import reinstate as reinstate_person
from campus.accounts.actions import suspend
from campus.accounts.models import Algorithm, Scope
from campus.feed import check, fanout, snapshots, upkeep
from campus.feed.models import CelebrityPostCache, FeedEntry, FeedState, FeedStatus
from campus.feed.streams import Kind
from campus.feed.windows import END, carried, deliver
from campus.follows.actions import block, follow, unblock, unfollow
from campus.organizations.actions import add_member, expire_memberships, leave, remove_member
from campus.organizations.models import OrganizationMembership
from campus.platform import outbox
from campus.platform.clock import now
from campus.platform.db import db, session, transaction
from campus.platform.outbox import Job, JobState, Lease, LeaseLost
from campus.posts.actions import DISTRIBUTE, delete, edit, reinstate, withdraw
from campus.posts.models import Audience
from campus.switchboard import HANDLERS
from tests.factories import make_company, make_follow, make_member, make_university, make_user
from tests.feed.pages import feed_settings
from tests.posts.making import draft, published, viewer_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from campus.accounts.models import User
    from campus.feed.windows import Carried
    from campus.organizations.models import Department, University
    from campus.platform.outbox import Handler
    from campus.posts.models import Post


@pytest.fixture
def author(app: Flask) -> User:
    return make_user(name="Author")


@pytest.fixture
def followers(author: User) -> list[User]:
    """Ten people with kept feeds who follow the author."""
    with transaction():
        people = [make_user() for _ in range(10)]
        for person in people:
            make_follow(follower=person, target=author)
            kept(person)
    return people


def kept(person: User, status: FeedStatus = FeedStatus.READY, *, days_ago: float = 0) -> None:
    """The person reads, and has a feed in this state."""
    session.add(FeedState(user_id=person.id, status=status, last_read_at=now() - timedelta(days=days_ago)))


def holders(post: Post) -> set[int]:
    """Who has an entry of the post."""
    return set(session.scalars(select(FeedEntry.user_id).where(FeedEntry.post_id == post.id)))


def ids(people: list[User]) -> set[int]:
    return {person.id for person in people}


def all_is_as_defined() -> bool:
    session.expire_all()
    assert check.check(check.readers(), now=now()) == check.Findings()
    return True


def pulled(post: Post) -> bool:
    return session.scalar(select(CelebrityPostCache.post_id).where(CelebrityPostCache.post_id == post.id)) is not None


def state_of(person: User) -> FeedStatus | None:
    return session.scalar(select(FeedState.status).where(FeedState.user_id == person.id))


@pytest.mark.parametrize("size", [1, 3, 10, 5000])
def test_windows_smaller_than_the_audience_reach_everybody_once(
    author: User, followers: list[User], drain: Callable[[], int], size: int
) -> None:
    with feed_settings(batch_size=size):
        post = published(author)
        assert drain() == 1
    assert holders(post) == ids(followers)
    job = session.scalars(select(Job)).one()
    assert (job.state, job.delivered, job.cursor) == (JobState.DONE, 10, END)
    assert all_is_as_defined()


@pytest.mark.parametrize("threshold", [9, 10, 11, 12])
def test_above_the_threshold_a_post_is_pulled(
    author: User, followers: list[User], drain: Callable[[], int], threshold: int
) -> None:
    """The author is a recipient too: eleven in all, of whom ten have a feed."""
    with feed_settings(celebrity_threshold=threshold, celebrity_push=2):
        post = published(author)
        drain()
        assert pulled(post) == (threshold < 11)
        assert len(holders(post)) == (2 if threshold < 11 else 10)
        assert all_is_as_defined()
        for person in followers:
            found = snapshots.order(person.id, Kind(Algorithm.MIXED, Scope.FOLLOWING, entries=True), now=now(), wanted=10)[0]
            assert found == [post.id]


def test_a_pulled_post_is_pushed_to_those_who_read_last(author: User, drain: Callable[[], int]) -> None:
    with transaction():
        people = [make_user() for _ in range(6)]
        for hours, person in enumerate(people):
            make_follow(follower=person, target=author)
            kept(person, days_ago=hours / 24)
    with feed_settings(celebrity_threshold=3, celebrity_push=2):
        post = published(author)
        drain()
        assert holders(post) == ids(people[:2])
        withdraw(viewer=viewer_of(author), post_id=post.id, now=now())
        drain()
        assert holders(post) == set()
        assert all_is_as_defined()
        reinstate(viewer=viewer_of(author), post_id=post.id, now=now())
        drain()
        assert holders(post) == ids(people[:2])
        assert all_is_as_defined()


def test_an_audience_that_grows_past_the_threshold_is_pulled_from_then_on(
    author: User, followers: list[User], drain: Callable[[], int]
) -> None:
    with feed_settings(celebrity_threshold=5, celebrity_push=1):
        post = published(author, audience=Audience.ONLY_ME)
        drain()
        assert (pulled(post), holders(post)) == (False, set())
        edit(viewer=viewer_of(author), post_id=post.id, draft=draft(audience=Audience.FOLLOWERS), now=now())
        drain()
        assert pulled(post)
        assert all_is_as_defined()
        edit(viewer=viewer_of(author), post_id=post.id, draft=draft(audience=Audience.ONLY_ME), now=now())
        drain()
        assert holders(post) == set()
        assert all_is_as_defined()


def interrupted(handler: Handler, lease: Lease, after: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a handler that dies after so many windows, as if its process were killed: its last one is rolled back."""

    class Killed(BaseException):
        pass

    steps, real = iter(range(after)), Lease.advance

    def advance(self: Lease, cursor: int, delivered: int = 0) -> Lease:
        if next(steps, None) is None:
            raise Killed
        return real(self, cursor, delivered)

    with monkeypatch.context() as patched:
        patched.setattr(Lease, "advance", advance)
        with pytest.raises(Killed):
            handler(lease)


def let_leases_end() -> None:
    over = {"lease_until": func.clock_timestamp(), "run_after": func.clock_timestamp()}
    with transaction():
        session.execute(update(Job).where(Job.state == JobState.RUNNING).values(over))


def test_an_entry_that_is_there_already_stops_nobody_elses(author: User, followers: list[User], drain: Callable[[], int]) -> None:
    """A reader's own catching up is faster than the first delivery, which expects nobody to have an entry yet."""
    with feed_settings(batch_size=3):
        post = published(author)
        with transaction():
            session.add(FeedEntry(user_id=followers[4].id, published_at=post.published_at, post_id=post.id))
        assert drain() == 1
    assert holders(post) == ids(followers)
    assert session.scalars(select(Job.delivered)).one() == 9
    assert all_is_as_defined()


def commits_of_delivery(post: Post) -> int:
    """How many commits the worker's job of a post takes."""
    commits: list[object] = []
    note = partial(commits.append)  # listeners are told by what they are
    event.listen(db.engine, "commit", note)
    assert outbox.work(HANDLERS, kind=DISTRIBUTE, key=post.id)
    event.remove(db.engine, "commit", note)
    return len(commits)


def test_few_recipients_are_reached_in_the_transaction_of_the_claim(author: User, followers: list[User]) -> None:
    """No lease is ever seen from outside, and one commit brings the entries and the end of the job."""
    post = published(author)
    assert commits_of_delivery(post) == 1
    assert holders(post) == ids(followers)
    job = session.scalars(select(Job)).one()
    assert (job.state, job.delivered, job.cursor, job.attempts) == (JobState.DONE, 10, END, 1)
    assert not outbox.work(HANDLERS, kind=DISTRIBUTE, key=post.id)
    assert all_is_as_defined()


@pytest.mark.parametrize(("batch_size", "at_once"), [(11, True), (10, False)])
def test_few_are_as_many_as_a_window_holds(author: User, followers: list[User], batch_size: int, *, at_once: bool) -> None:
    """Ten followers and herself: where one more than few are related, nothing is inserted before the lease is taken."""
    with feed_settings(batch_size=batch_size):
        post = published(author)
        assert (commits_of_delivery(post) == 1) == at_once
    assert holders(post) == ids(followers)
    assert session.execute(select(Job.delivered, Job.attempts)).one() == (10, 1)


@pytest.mark.parametrize(("batch_size", "windows"), [(10, 1), (9, 2), (5, 2), (4, 3)])
def test_the_last_window_is_one_that_nobody_comes_after(
    author: User, followers: list[User], batch_size: int, windows: int
) -> None:
    post = published(author)
    with feed_settings(batch_size=batch_size):
        assert commits_of_delivery(post) == 1 + windows  # the claim, and each window
    assert holders(post) == ids(followers)


@pytest.mark.parametrize("limit", [{"batch_size": 3}, {"celebrity_threshold": 5, "celebrity_push": 2}])
def test_many_recipients_are_reached_under_a_lease(author: User, followers: list[User], limit: dict[str, int]) -> None:
    with feed_settings(**limit):
        post = published(author)
        assert outbox.work(HANDLERS, kind=DISTRIBUTE, key=post.id)
        assert len(holders(post)) == limit.get("celebrity_push", 10)
        assert all_is_as_defined()


def test_what_cannot_be_done_at_once_is_done_under_a_lease(author: User, followers: list[User]) -> None:
    """A reader's own catching up was faster: the transaction of the claim fails, and leaves the job as it was."""
    post = published(author)
    with transaction():
        session.add(FeedEntry(user_id=followers[4].id, published_at=post.published_at, post_id=post.id))
    assert outbox.work(HANDLERS, kind=DISTRIBUTE, key=post.id)
    assert holders(post) == ids(followers)
    assert session.execute(select(Job.delivered, Job.attempts)).one() == (9, 1)
    assert all_is_as_defined()


def test_a_worker_killed_while_it_does_a_job_at_once_leaves_the_job_as_it_was(
    author: User, followers: list[User], drain: Callable[[], int]
) -> None:
    class Killed(BaseException):
        pass

    def settle(*_: object, **__: object) -> Lease:
        raise Killed

    post = published(author)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Lease, "settle", settle)
        with pytest.raises(Killed):
            outbox.work(HANDLERS, kind=DISTRIBUTE, key=post.id)
    assert holders(post) == set()
    assert session.execute(select(Job.state, Job.attempts)).one() == (JobState.READY, 0)
    assert drain() == 1  # nobody's lease has to run out first
    assert holders(post) == ids(followers)


def test_who_changes_a_post_waits_for_its_delivery_at_once(app: Flask, author: User, followers: list[User]) -> None:
    """A wish for the same joins the job that is ready, and so waits for the row that is claimed; then it is a job of its own."""
    post = published(author)
    reached, go_on, order = threading.Event(), threading.Event(), list[str]()
    real = Lease.settle

    def slow(self: Lease, cursor: int | None = None, delivered: int = 0) -> Lease:
        reached.set()
        go_on.wait(10)
        order.append("delivered")
        return real(self, cursor, delivered)

    def worker() -> None:
        with app.app_context():
            outbox.work(HANDLERS, kind=DISTRIBUTE, key=post.id)

    def change() -> None:
        with app.app_context():
            withdraw(viewer=viewer_of(author), post_id=post.id, now=now())
            order.append("withdrawn")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Lease, "settle", slow)
        threads = [threading.Thread(target=worker), threading.Thread(target=change)]
        threads[0].start()
        assert reached.wait(10)
        threads[1].start()
        threads[1].join(0.5)
        go_on.set()
        for thread in threads:
            thread.join()
    assert order == ["delivered", "withdrawn"]
    assert holders(post) == ids(followers)
    outbox.drain(HANDLERS)
    assert holders(post) == set()
    assert all_is_as_defined()


def test_entries_are_not_made_of_facts_that_are_none_any_more(author: User, followers: list[User]) -> None:
    """The post is narrowed after the delivery has read what it is: whoever did that has recorded a job of her own."""
    post = published(author)
    read = carried(post.id, most=10)
    assert read is not None
    edit(viewer=viewer_of(author), post_id=post.id, draft=draft(audience=Audience.ONLY_ME), now=now())
    with transaction():
        assert deliver(read, after=0, upto=END, fresh=True) == 0
    assert holders(post) == set()


def test_another_worker_goes_on_where_a_dead_one_stopped(
    author: User, followers: list[User], drain: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    with feed_settings(batch_size=3):
        post = published(author)
        (lease,) = outbox.claim()
        interrupted(fanout.distribute, lease, 2, monkeypatch)
        assert holders(post) == set(sorted(ids(followers))[:6])
        assert drain() == 0  # its lease still runs
        let_leases_end()
        assert drain() == 1
    assert holders(post) == ids(followers)
    job = session.scalars(select(Job)).one()
    assert (job.state, job.attempts, job.delivered) == (JobState.DONE, 2, 10)
    assert all_is_as_defined()


def test_a_worker_that_lost_its_lease_leaves_no_trace(author: User, followers: list[User], drain: Callable[[], int]) -> None:
    with feed_settings(batch_size=3):
        post = published(author)
        (stale,) = outbox.claim()
        let_leases_end()
        (fresh,) = outbox.claim()
        with pytest.raises(LeaseLost):
            fanout.distribute(stale)
        assert holders(post) == set()
        assert outbox.run(fresh, HANDLERS)
        assert not outbox.run(stale, HANDLERS)
    assert holders(post) == ids(followers)
    assert all_is_as_defined()


def test_a_withdrawal_overtakes_a_delivery_under_way(app: Flask, author: User, followers: list[User]) -> None:
    """A window is open and has inserted; the post is withdrawn and the job of that runs meanwhile."""
    inserted, go_on = threading.Event(), threading.Event()
    post = published(author)
    real = Lease.settle

    def slow(self: Lease, cursor: int | None = None, delivered: int = 0) -> Lease:
        if self.payload.get("first"):
            inserted.set()
            go_on.wait(10)
        return real(self, cursor, delivered)

    def worker() -> None:
        with app.app_context():
            outbox.drain(HANDLERS, most=1)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Lease, "settle", slow)
        first = threading.Thread(target=worker)
        first.start()
        assert inserted.wait(10)
        withdraw(viewer=viewer_of(author), post_id=post.id, now=now())
        second = threading.Thread(target=worker)
        second.start()
        second.join(1)  # it waits for the open window, or it would miss what that has inserted
        go_on.set()
        first.join()
        second.join()
    assert holders(post) == set()
    assert all_is_as_defined()


def test_a_rebuild_and_a_repeated_delivery_wait_for_each_other_in_one_order(
    app: Flask, author: User, followers: list[User], drain: Callable[[], int]
) -> None:
    """The delivery has inserted when the rebuild of one of its readers begins, which lacks the same entry."""
    post = published(author)
    drain()
    with transaction():
        session.execute(sql_delete(FeedEntry))
        outbox.record(DISTRIBUTE, post.id, {"post_id": post.id})
    inserted, go_on = threading.Event(), threading.Event()
    real = deliver

    def slow(carried: Carried, *, after: int, upto: int, fresh: bool) -> int:
        count = real(carried, after=after, upto=upto, fresh=fresh)
        inserted.set()
        go_on.wait(10)
        return count

    def deliver_again() -> int:
        with app.app_context():
            return outbox.drain(HANDLERS, most=1)

    def rebuild() -> tuple[int, int]:
        with app.app_context():
            return upkeep.rebuild(followers[0].id, now=now())

    with pytest.MonkeyPatch.context() as patched, ThreadPoolExecutor() as pool:
        patched.setattr(fanout, "deliver", slow)
        delivery = pool.submit(deliver_again)
        assert inserted.wait(10)
        rebuilding = pool.submit(rebuild)
        wait([rebuilding], 0.5)
        go_on.set()
        assert (delivery.result(), rebuilding.result()) == (1, (0, 0))
    assert session.scalars(select(Job.attempts).where(Job.kind == DISTRIBUTE)).all() == [1, 1]
    assert holders(post) == ids(followers)
    assert all_is_as_defined()


def test_a_follow_while_a_window_is_open_misses_nothing(app: Flask, author: User, followers: list[User]) -> None:
    late = make_user()
    with transaction():
        kept(late)
    reached, go_on = threading.Event(), threading.Event()
    real = Lease.settle

    def slow(self: Lease, cursor: int | None = None, delivered: int = 0) -> Lease:
        if self.kind == DISTRIBUTE:
            reached.set()
            go_on.wait(10)
        return real(self, cursor, delivered)

    def worker() -> None:
        with app.app_context():
            outbox.drain(HANDLERS, most=1)

    post = published(author)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Lease, "settle", slow)
        threads = [threading.Thread(target=worker), threading.Thread(target=worker)]
        threads[0].start()
        assert reached.wait(10)
        follow(viewer_id=late.id, user_id=author.id, now=now())
        unfollow(viewer_id=followers[0].id, user_id=author.id)
        threads[1].start()
        threads[1].join(1)
        go_on.set()
        for thread in threads:
            thread.join()
    outbox.drain(HANDLERS)
    assert holders(post) == ids(followers[1:]) | {late.id}
    assert all_is_as_defined()


def test_blocks_and_suspensions_take_and_give_back(author: User, followers: list[User], drain: Callable[[], int]) -> None:
    one, other, *_ = followers
    post = published(author)
    drain()
    block(viewer_id=one.id, user_id=author.id, now=now())
    block(viewer_id=author.id, user_id=other.id, now=now())
    drain()
    assert holders(post) == ids(followers[2:])
    assert all_is_as_defined()
    unblock(viewer_id=one.id, user_id=author.id)
    drain()
    assert one.id not in holders(post)  # the follow does not come back by itself
    follow(viewer_id=one.id, user_id=author.id, now=now())
    suspend(author.id, now=now())
    drain()
    assert holders(post) == set()
    assert all_is_as_defined()
    reinstate_person(author.id)
    drain()
    assert holders(post) == {one.id} | ids(followers[2:])
    assert all_is_as_defined()


def test_a_suspended_authors_old_posts_go_too(author: User, followers: list[User], drain: Callable[[], int]) -> None:
    """Entries are kept longer than the window, for readers who come back: those of old posts go as well."""
    post = published(author)
    drain()
    _date_back(post, days=40)
    assert holders(post) == ids(followers)
    suspend(author.id, now=now())
    drain()
    assert holders(post) == set()
    assert all_is_as_defined()


def _date_back(post: Post, *, days: float) -> None:
    then = now() - timedelta(days=days)
    with transaction():
        session.execute(update(type(post)).where(type(post).id == post.id).values(published_at=then))
        session.execute(update(FeedEntry).where(FeedEntry.post_id == post.id).values(published_at=then))
    session.expire_all()


def test_narrowing_and_widening_through_every_audience(
    bob: User, alice: User, dana: User, northbridge: University, chemistry: Department, drain: Callable[[], int]
) -> None:
    with transaction():
        for person in (alice, dana, bob):
            kept(person)
    where = {"organization_id": northbridge.id, "department_id": chemistry.id}
    everybody = {alice.id, bob.id, dana.id}
    expected = {
        Audience.PUBLIC: everybody,
        Audience.ORGANIZATION: everybody,
        Audience.DEPARTMENT: {bob.id, dana.id},  # Dana administers the university
        Audience.ONLY_ME: {bob.id},
    }
    post = published(bob, **where)
    drain()
    for wanted in (*expected, *reversed(expected)):
        edit(viewer=viewer_of(bob), post_id=post.id, draft=draft(**where, audience=wanted), now=now())
        drain()
        assert holders(post) == expected[wanted]
        assert all_is_as_defined()


def test_a_post_that_moves_leaves_the_feeds_of_its_old_place(
    author: User, followers: list[User], drain: Callable[[], int]
) -> None:
    with transaction():
        old, new = make_university(), make_company()
        for organization in (old, new):
            make_member(user=author, organization=organization)
        members = {organization.id: make_user() for organization in (old, new)}
        for organization in (old, new):
            make_member(user=members[organization.id], organization=organization)
            kept(members[organization.id])
    post = published(author, organization_id=old.id)
    drain()
    assert holders(post) == ids(followers) | {members[old.id].id}
    for place in (new.id, None, old.id, new.id):
        edit(viewer=viewer_of(author), post_id=post.id, draft=draft(organization_id=place), now=now())
        drain()
        assert holders(post) == ids(followers) | ({members[place].id} if place else set())
        assert all_is_as_defined()


def test_memberships_that_end_take_their_entries(bob: User, northbridge: University, drain: Callable[[], int]) -> None:
    with transaction():
        people = [make_user() for _ in range(4)]
        for person in people:
            make_member(user=person, organization=northbridge)
            kept(person)
    post = published(bob, organization_id=northbridge.id, audience=Audience.ORGANIZATION)
    drain()
    leaver, removed, expired, stays = people
    assert holders(post) == ids(people)
    leave(viewer_id=leaver.id, organization_id=northbridge.id)
    remove_member(organization_id=northbridge.id, user_id=removed.id)
    ended = (OrganizationMembership.user_id == expired.id, OrganizationMembership.organization_id == northbridge.id)
    with transaction():
        session.execute(update(OrganizationMembership).where(*ended).values(until=now() - timedelta(seconds=1)))
    assert expire_memberships(now=now()) == 1
    drain()
    assert holders(post) == {stays.id}
    add_member(organization_id=northbridge.id, user_id=leaver.id, now=now())
    drain()
    assert holders(post) == {stays.id, leaver.id}
    assert all_is_as_defined()


def test_a_deleted_post_is_gone_from_feeds_and_pool(author: User, followers: list[User], drain: Callable[[], int]) -> None:
    post = published(author)
    drain()
    delete(viewer=viewer_of(author), post_id=post.id, now=now())
    drain()
    assert holders(post) == set()
    assert all_is_as_defined()


def test_nothing_is_pushed_to_feeds_that_are_not_kept(author: User, drain: Callable[[], int]) -> None:
    people = {}
    with transaction():
        for status in FeedStatus:
            people[status] = make_user()
            make_follow(follower=people[status], target=author)
            kept(people[status], status)
    post = published(author)
    drain()
    assert holders(post) == {people[FeedStatus.READY].id, people[FeedStatus.BUILDING].id}
    assert all_is_as_defined()


def test_the_night_rebuilds_the_absent_and_lets_the_gone_go(author: User, drain: Callable[[], int]) -> None:
    with transaction():
        here, away, gone = people = [make_user() for _ in range(3)]
        for person, days in zip(people, (1, 8, 31), strict=True):
            make_follow(follower=person, target=author)
            kept(person, days_ago=days)
    before = published(author)
    drain()
    assert holders(before) == ids(people)
    assert upkeep.rebuild_inactive(days=7, now=now()) == 2
    assert [state_of(person) for person in people] == [FeedStatus.READY, FeedStatus.DORMANT, FeedStatus.ABSENT]
    assert holders(before) == {here.id, away.id}
    after = published(author)
    drain()
    assert holders(after) == {here.id}
    assert upkeep.rebuild_inactive(days=7, now=now()) == 1
    assert holders(after) == {here.id, away.id}
    assert all_is_as_defined()
    withdraw(viewer=viewer_of(author), post_id=after.id, now=now())
    drain()
    assert holders(after) == set()  # taken back from the dormant as well
    for person in (away, gone):  # they come back
        with transaction():
            snapshots.note_reading(person.id, now=now())
        assert state_of(person) == FeedStatus.BUILDING
    drain()
    assert holders(before) == ids(people)
    assert all_is_as_defined()


def test_a_feed_with_too_many_entries_is_pulled(author: User, followers: list[User], drain: Callable[[], int]) -> None:
    posts = [published(author) for _ in range(3)]
    drain()
    with feed_settings(max_entries=2):
        upkeep.refresh_user(followers[0].id, now=now())
        assert state_of(followers[0]) == FeedStatus.PULLED
        assert upkeep.build_all(now=now()) == 10
    assert {state_of(person) for person in followers} == {FeedStatus.PULLED}
    assert [holders(post) for post in posts] == [set()] * 3
    assert all_is_as_defined()
    assert upkeep.rebuild(followers[0].id, now=now()) == (0, 3)
    assert state_of(followers[0]) == FeedStatus.READY
    assert all_is_as_defined()


def test_refreshing_mends_and_is_quick_to_say_that_nothing_was_wrong(
    author: User, followers: list[User], drain: Callable[[], int]
) -> None:
    post = published(author)
    drain()
    reader = followers[0]
    assert upkeep.refresh_user(reader.id, now=now()) == (0, 0)
    with transaction():
        session.execute(sql_delete(FeedEntry).where(FeedEntry.user_id == reader.id))
        session.add(FeedEntry(user_id=reader.id, published_at=now(), post_id=post.id + 99))
    found = check.check(check.readers(), now=now())
    assert (found.missing, found.extra) == (1, 1)
    assert check.check(check.readers(), now=now(), fix=True) == found
    assert all_is_as_defined()


def test_cleaning_up_forgets_what_is_old_and_nothing_else(author: User, followers: list[User], drain: Callable[[], int]) -> None:
    old, new = published(author), published(author)
    drain()
    _date_back(old, days=91)
    assert upkeep.count_old(days=90, now=now()) == 10
    assert upkeep.cleanup(days=90, now=now()) == 10
    assert (holders(old), holders(new)) == (set(), ids(followers))
    assert upkeep.cleanup(days=90, now=now()) == 0
    assert all_is_as_defined()
    with transaction():
        session.execute(update(Job).values(finished_at=now() - timedelta(days=8)))
    upkeep.cleanup(days=90, now=now())
    assert session.scalar(select(func.count()).select_from(Job)) == 0


def test_the_check_finds_each_kind_of_fault(author: User, followers: list[User], drain: Callable[[], int]) -> None:
    hidden = published(author, audience=Audience.ONLY_ME)
    post = published(author)
    drain()
    one, other, *_ = followers
    with transaction():
        session.execute(sql_delete(FeedEntry).where(FeedEntry.user_id == one.id))
        session.add(FeedEntry(user_id=other.id, published_at=hidden.published_at, post_id=hidden.id))
        session.add(FeedEntry(user_id=other.id, published_at=now(), post_id=post.id))
        outbox.record(fanout.REFRESH, other.id, {"user_id": other.id})
    found = check.check(check.readers(), now=now())
    assert found == check.Findings(missing=1, extra=1, forbidden=1, duplicate=1, pending=1)
