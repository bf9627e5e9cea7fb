"""What there is to ask about: every kind of post, comment, person and organization that the law tells apart."""

from __future__ import annotations

from campus.posts.models import Audience, PostState
from tests.api.matrix.law import CaseThing, CommentThing, OrganizationThing, PersonThing, PostThing

UNSEEN = (PostState.PROCESSING, PostState.WITHDRAWN, PostState.HELD, PostState.HIDDEN, PostState.DELETED)

POSTS: dict[str, PostThing] = {
    "for everybody": PostThing(Audience.PUBLIC),
    "for followers": PostThing(Audience.FOLLOWERS),
    "for herself": PostThing(Audience.ONLY_ME),
    "in northbridge for everybody": PostThing(Audience.PUBLIC, owned=True),
    "in northbridge for members": PostThing(Audience.ORGANIZATION, owned=True),
    "in northbridge for herself": PostThing(Audience.ONLY_ME, owned=True),
    "in physics": PostThing(Audience.DEPARTMENT, owned=True, in_physics=True),
    "official for members": PostThing(Audience.ORGANIZATION, owned=True, official=True),
    "official in physics": PostThing(Audience.DEPARTMENT, owned=True, in_physics=True, official=True),
    "of the suspended for everybody": PostThing(Audience.PUBLIC, by_suspended=True),
    "of the suspended, official": PostThing(Audience.PUBLIC, owned=True, official=True, by_suspended=True),
    **{f"{state} for everybody": PostThing(Audience.PUBLIC, state) for state in UNSEEN},
    **{
        f"{state} for members": PostThing(Audience.ORGANIZATION, state, owned=True)
        for state in (PostState.WITHDRAWN, PostState.HIDDEN)
    },
}

COMMENTS: dict[str, CommentThing] = {
    **{f"on {name}": CommentThing(post) for name, post in POSTS.items()},
    "of the suspended": CommentThing(POSTS["for everybody"], by_suspended=True),
    "of the recluse": CommentThing(POSTS["for everybody"], by_recluse=True),
    "deleted": CommentThing(POSTS["for everybody"], deleted=True),
}

PEOPLE: dict[str, PersonThing] = {
    "plain": PersonThing(),
    "locked": PersonThing(locked=True),
    "suspended": PersonThing(gone=True),
    "waiting": PersonThing(gone=True),
    "recluse": PersonThing(gone=True),
    "shunned": PersonThing(shunned=True),
    "asking": PersonThing(asking=True),
}

ORGANIZATIONS: dict[str, OrganizationThing] = {
    "northbridge": OrganizationThing(northbridge=True),
    "closed": OrganizationThing(northbridge=False),
}

CASES: dict[str, CaseThing] = {
    "of northbridge": CaseThing(northbridge=True),
    "of the site": CaseThing(northbridge=False),
}

PLACES: dict[str, PostThing] = {
    "her own": PostThing(Audience.PUBLIC),
    "northbridge": PostThing(Audience.ORGANIZATION, owned=True),
    "physics": PostThing(Audience.DEPARTMENT, owned=True, in_physics=True),
    "officially": PostThing(Audience.ORGANIZATION, owned=True, official=True),
}
