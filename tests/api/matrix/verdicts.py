"""The verdict on each operation: what the law says of one who asks and the thing she asks about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.posts.models import Audience
from tests.api.matrix.law import (
    ANNA,
    MEMBERS,
    MODERATORS,
    OFFICERS,
    PHYSICISTS,
    SHUT_OUT,
    CaseThing,
    CommentThing,
    OrganizationThing,
    PersonThing,
    PostThing,
    Verdict,
    Who,
    handles,
    reaches,
    sees,
    sees_comment,
    wrote,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Law = Callable[[Who, Any], Verdict]


def judged(law: Law, who: Who, thing: Any, *, writes: bool) -> Verdict:
    """The verdict, after what is asked first of everybody: is she let in, and may her token do this at all."""
    if who in SHUT_OUT:
        return Verdict.SHUT_OUT
    if writes and who is Who.READER:
        return Verdict.FORBIDDEN
    return law(who, thing)


def anybody(_who: Who, _thing: object) -> Verdict:
    """Whoever is let in."""
    return Verdict.DONE


def seeing(who: Who, post: PostThing) -> Verdict:
    """Who sees the post."""
    return Verdict.DONE if sees(who, post) else Verdict.MISSING


def reaching(who: Who, post: PostThing) -> Verdict:
    """Who sees it, and its author."""
    return Verdict.DONE if reaches(who, post) else Verdict.MISSING


def editing(who: Who, post: PostThing) -> Verdict:
    """Its author; of official posts whoever posts officially."""
    return _of_those_who_reach(who, post, may=wrote(who, post) or (post.official and who in OFFICERS))


def withdrawing(who: Who, post: PostThing) -> Verdict:
    """Its author, and the organization's moderators with a token for it."""
    return _of_those_who_reach(who, post, may=wrote(who, post) or (post.owned and _moderates(who)))


def author_alone(who: Who, post: PostThing) -> Verdict:
    """Its author."""
    return _of_those_who_reach(who, post, may=wrote(who, post))


def reading_comment(who: Who, comment: CommentThing) -> Verdict:
    """Who sees it."""
    return Verdict.DONE if sees_comment(who, comment) else Verdict.MISSING


def deleting_comment(who: Who, comment: CommentThing) -> Verdict:
    """The author of the post, and the organization's moderators with a token for it. (None of the comments is hers who asks.)"""
    if not (sees_comment(who, comment) and sees(who, comment.post)):
        return Verdict.MISSING
    may = wrote(who, comment.post) or (comment.post.owned and _moderates(who))
    return Verdict.DONE if may else Verdict.FORBIDDEN


def meeting(_who: Who, person: PersonThing) -> Verdict:
    """Whoever she is not gone for."""
    return Verdict.MISSING if person.gone else Verdict.DONE


def reading_lists(_who: Who, person: PersonThing) -> Verdict:
    """Whom she has to do with: of a locked account for followers, whom none is."""
    if person.gone:
        return Verdict.MISSING
    return Verdict.FORBIDDEN if person.locked else Verdict.DONE


def following(_who: Who, person: PersonThing) -> Verdict:
    """Not whom she has blocked."""
    if person.gone:
        return Verdict.MISSING
    return Verdict.FORBIDDEN if person.shunned else Verdict.DONE


def accepting(_who: Who, person: PersonThing) -> Verdict:
    """Only who asks."""
    return Verdict.DONE if person.asking else Verdict.MISSING


def reading_members(who: Who, organization: OrganizationThing) -> Verdict:
    """Its members."""
    return Verdict.DONE if organization.northbridge and who in MEMBERS else Verdict.FORBIDDEN


def joining(_who: Who, organization: OrganizationThing) -> Verdict:
    """Whom it takes in, or lets ask."""
    return Verdict.DONE if organization.northbridge else Verdict.FORBIDDEN


def reading_department(_who: Who, organization: OrganizationThing) -> Verdict:
    """Physics is Northbridge's."""
    return Verdict.DONE if organization.northbridge else Verdict.MISSING


def looking_after_the_site(who: Who, _thing: object) -> Verdict:
    """The site's administrators; for anybody else there is no such page."""
    return Verdict.DONE if who is Who.SITE_ADMIN else Verdict.MISSING


def managing(who: Who, organization: OrganizationThing) -> Verdict:
    """Northbridge's administrator; for anybody else there is no such page."""
    return Verdict.DONE if organization.northbridge and who is Who.ADMIN else Verdict.MISSING


def reporting(who: Who, post: PostThing) -> Verdict:
    """Who sees it, but not what she wrote herself."""
    if not sees(who, post):
        return Verdict.MISSING
    return Verdict.FORBIDDEN if wrote(who, post) else Verdict.DONE


def reporting_comment(who: Who, comment: CommentThing) -> Verdict:
    """Who sees it where everybody does. (None of the comments is hers who asks.)"""
    return Verdict.DONE if sees_comment(who, comment) and sees(who, comment.post) else Verdict.MISSING


def opening(who: Who, post: PostThing) -> Verdict:
    """The site's staff, and Northbridge's moderators what is Northbridge's, if they see it; nobody her own."""
    hers = who is Who.SITE_ADMIN or (post.owned and _moderates(who))
    return Verdict.DONE if hers and sees(who, post) and not wrote(who, post) else Verdict.MISSING


def opening_comment(who: Who, comment: CommentThing) -> Verdict:
    """The same, where everybody sees it. (None of the comments is hers who asks.)"""
    hers = who is Who.SITE_ADMIN or (comment.post.owned and _moderates(who))
    return Verdict.DONE if hers and sees_comment(who, comment) and sees(who, comment.post) else Verdict.MISSING


def opening_person(who: Who, person: PersonThing) -> Verdict:
    """The site's staff, whom she is not gone for."""
    return Verdict.DONE if who is Who.SITE_ADMIN and not person.gone else Verdict.MISSING


def opening_nothing(who: Who, _thing: object) -> Verdict:
    """A token for it, and then there has to be such a thing."""
    return Verdict.FORBIDDEN if who in {Who.READER, Who.MODERATING_LESS} else Verdict.MISSING


def handling(who: Who, case: CaseThing) -> Verdict:
    """Who handles it, with a token for it."""
    if who in {Who.READER, Who.MODERATING_LESS}:
        return Verdict.FORBIDDEN
    return Verdict.DONE if handles(who, case) else Verdict.MISSING


def taking_over(who: Who, case: CaseThing) -> Verdict:
    """Of those who handle it, the site's staff."""
    verdict = handling(who, case)
    return Verdict.FORBIDDEN if verdict is Verdict.DONE and who is not Who.SITE_ADMIN else verdict


def listing_cases(who: Who, _thing: object) -> Verdict:
    """Who handles any, with a token for it; for anybody else there is no queue."""
    if who in {Who.READER, Who.MODERATING_LESS}:
        return Verdict.FORBIDDEN
    return Verdict.DONE if who in {*MODERATORS, Who.SITE_ADMIN, Who.ELSEWHERE} else Verdict.MISSING


def posting(who: Who, place: PostThing) -> Verdict:
    """Members in their organization and department; officially, and in any department, who posts officially."""
    if not place.owned:
        return Verdict.DONE
    if place.official:
        return Verdict.DONE if who in OFFICERS else Verdict.FORBIDDEN
    if place.audience is Audience.DEPARTMENT:
        return Verdict.DONE if who in PHYSICISTS | OFFICERS else Verdict.FORBIDDEN
    return Verdict.DONE if who in MEMBERS else Verdict.FORBIDDEN


def ending_session(who: Who, _thing: object) -> Verdict:
    """Anna's session is Anna's to end."""
    return Verdict.DONE if who in ANNA else Verdict.MISSING


def reading_notification(who: Who, _thing: object) -> Verdict:
    """Anna's notice is for Anna alone."""
    return Verdict.DONE if who in ANNA else Verdict.MISSING


def being_concerned(who: Who, _thing: object) -> Verdict:
    """What was decided about Anna is for Anna alone: whoever handles the case reads it there."""
    return Verdict.DONE if who in ANNA else Verdict.MISSING


def _of_those_who_reach(who: Who, post: PostThing, *, may: bool) -> Verdict:
    if not reaches(who, post):
        return Verdict.MISSING
    return Verdict.DONE if may else Verdict.FORBIDDEN


def _moderates(who: Who) -> bool:
    return who in MODERATORS and who is not Who.MODERATING_LESS
