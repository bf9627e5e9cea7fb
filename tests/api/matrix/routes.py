"""Every operation for programs, what it is asked about, and the law that judges it; without a row here, the tests fail."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.api.matrix import verdicts
from tests.api.matrix.things import CASES, COMMENTS, ORGANIZATIONS, PEOPLE, PLACES, POSTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.api.matrix.verdicts import Law

HERSELF: dict[str, object] = {"": None}
INVITATIONS: dict[str, object] = {"to northbridge": None}
SESSIONS: dict[str, object] = {"anna's": None}
NOTICES: dict[str, object] = {"anna's": None}
DECISIONS: dict[str, object] = {"about anna": None}
LINES: dict[str, object] = {"?show=all&page_size=50": None, "?show=unread": None}
FEEDS: dict[str, object] = {
    f"?algorithm={algorithm}&scope={scope}&page_size=50": None
    for algorithm in ("mixed", "chronological", "engagement")
    for scope in ("all", "following")
}
NEWER: dict[str, object] = {"?since=2020-01-01T00:00:00Z": None}
SEARCHES: dict[str, object] = {f"?q=canary&kind={kind}&page_size=50": None for kind in ("posts", "people", "organizations")}
# Not about anybody's data: the description of the API, and the page that shows it.
OPEN = {"GET /openapi.json", "GET /docs/"}
# Files and no JSON: who may send them, and what is refused, stands in tests/portraits.
FILES = {"PUT /me/avatar/", "PUT /organizations/<slug>/logo/"}


@dataclass(frozen=True)
class Row:
    """An operation: asked about each of these things, it is judged by this law. The body is one that would be accepted."""

    things: Mapping[str, Any]
    law: Law
    body: dict[str, Any] | None = None
    places: bool = field(default=False)  # the thing is a place to post in, told by the body or the query


A_POST = "/posts/<int:post_id>/"
A_PHOTO = f"{A_POST}photos/<int:position>/"
A_PERSON = "/users/<handle>/"
AN_ORGANIZATION = "/organizations/<slug>/"
A_MEMBER = f"{AN_ORGANIZATION}members/<handle>/"
A_CASE = "/moderation/cases/<int:case_id>/"
A_DECISION = "/me/decisions/<int:decision_id>/"
A_REPORT = {"category": "spam"}
A_DEPARTMENT = f"{AN_ORGANIZATION}departments/<department>/"

ROUTES: dict[str, Row] = {
    f"GET {A_POST}": Row(POSTS, verdicts.reaching),
    f"PATCH {A_POST}": Row(POSTS, verdicts.editing, {"location": "Elsewhere"}),
    f"DELETE {A_POST}": Row(POSTS, verdicts.author_alone),
    f"POST {A_POST}withdraw/": Row(POSTS, verdicts.withdrawing),
    f"POST {A_POST}reinstate/": Row(POSTS, verdicts.author_alone),
    f"GET {A_POST}history/": Row(POSTS, verdicts.reaching),
    f"GET {A_POST}why/": Row(POSTS, verdicts.seeing),
    f"GET {A_POST}photos/": Row(POSTS, verdicts.reaching),
    f"PUT {A_POST}photos/": Row(POSTS, verdicts.editing, {"photos": [{"position": 1, "alt": "A tree"}]}),
    f"GET {A_PHOTO}": Row(POSTS, verdicts.reaching),
    f"PATCH {A_PHOTO}": Row(POSTS, verdicts.editing, {"alt": "A tree"}),
    f"POST {A_PHOTO}retry/": Row(POSTS, verdicts.author_alone),
    f"GET {A_POST}comments/": Row(POSTS, verdicts.reaching),
    f"POST {A_POST}comments/": Row(POSTS, verdicts.seeing, {"text": "Well seen"}),
    f"PUT {A_POST}like/": Row(POSTS, verdicts.seeing),
    f"DELETE {A_POST}like/": Row(POSTS, verdicts.seeing),
    f"GET {A_POST}shares/": Row(POSTS, verdicts.seeing),
    f"POST {A_POST}shares/": Row(POSTS, verdicts.seeing, {"platform": "link"}),
    f"POST {A_POST}reports/": Row(POSTS, verdicts.reporting, A_REPORT),
    "POST /comments/<int:comment_id>/reports/": Row(COMMENTS, verdicts.reporting_comment, A_REPORT),
    f"POST {A_PERSON}reports/": Row(PEOPLE, verdicts.meeting, A_REPORT),
    f"POST {AN_ORGANIZATION}reports/": Row(ORGANIZATIONS, verdicts.anybody, A_REPORT),
    "GET /moderation/cases/": Row(HERSELF, verdicts.listing_cases),
    "POST /moderation/cases/": Row(HERSELF, verdicts.opening_nothing, {"target": "post:987654321"}),
    f"GET {A_CASE}": Row(CASES, verdicts.handling),
    f"POST {A_CASE}claim/": Row(CASES, verdicts.handling),
    f"POST {A_CASE}release/": Row(CASES, verdicts.handling),
    f"POST {A_CASE}take_over/": Row(CASES, verdicts.taking_over),
    f"POST {A_CASE}notes/": Row(CASES, verdicts.handling, {"text": "Known"}),
    f"POST {A_CASE}decisions/": Row(CASES, verdicts.handling, {"reason": "So", "measures": [{"action": "no_action"}]}),
    f"POST {A_CASE}undo/": Row(CASES, verdicts.handling),
    f"POST {A_CASE}reopen/": Row(CASES, verdicts.handling, {"reason": "So"}),
    f"POST {A_CASE}appeal/": Row(CASES, verdicts.handling, {"outcome": "upheld", "reason": "So"}),
    "GET /me/decisions/": Row(HERSELF, verdicts.anybody),
    f"GET {A_DECISION}": Row(DECISIONS, verdicts.being_concerned),
    f"POST {A_DECISION}appeal/": Row(DECISIONS, verdicts.being_concerned, {"text": "I disagree."}),
    "GET /comments/<int:comment_id>/": Row(COMMENTS, verdicts.reading_comment),
    "DELETE /comments/<int:comment_id>/": Row(COMMENTS, verdicts.deleting_comment),
    f"GET {A_PERSON}": Row(PEOPLE, verdicts.meeting),
    f"GET {A_PERSON}posts/": Row(PEOPLE, verdicts.meeting),
    f"GET {A_PERSON}followers/": Row(PEOPLE, verdicts.reading_lists),
    f"GET {A_PERSON}following/": Row(PEOPLE, verdicts.reading_lists),
    f"GET {A_PERSON}followed_organizations/": Row(PEOPLE, verdicts.reading_lists),
    f"PUT {A_PERSON}follow/": Row(PEOPLE, verdicts.following),
    f"DELETE {A_PERSON}follow/": Row(PEOPLE, verdicts.meeting),
    f"PUT {A_PERSON}block/": Row(PEOPLE, verdicts.meeting),
    f"DELETE {A_PERSON}block/": Row(PEOPLE, verdicts.meeting),
    f"PUT {A_PERSON}mute/": Row(PEOPLE, verdicts.meeting),
    f"DELETE {A_PERSON}mute/": Row(PEOPLE, verdicts.meeting),
    "PUT /me/followers/<handle>/": Row(PEOPLE, verdicts.accepting),
    "DELETE /me/followers/<handle>/": Row(PEOPLE, verdicts.meeting),
    f"GET {AN_ORGANIZATION}": Row(ORGANIZATIONS, verdicts.anybody),
    f"GET {AN_ORGANIZATION}posts/": Row(ORGANIZATIONS, verdicts.anybody),
    f"GET {AN_ORGANIZATION}members/": Row(ORGANIZATIONS, verdicts.reading_members),
    f"GET {AN_ORGANIZATION}departments/": Row(ORGANIZATIONS, verdicts.anybody),
    f"GET {A_DEPARTMENT}": Row(ORGANIZATIONS, verdicts.reading_department),
    f"GET {A_DEPARTMENT}posts/": Row(ORGANIZATIONS, verdicts.reading_department),
    f"PUT {AN_ORGANIZATION}membership/": Row(ORGANIZATIONS, verdicts.joining),
    f"DELETE {AN_ORGANIZATION}membership/": Row(ORGANIZATIONS, verdicts.anybody),
    f"PUT {AN_ORGANIZATION}follow/": Row(ORGANIZATIONS, verdicts.anybody),
    f"DELETE {AN_ORGANIZATION}follow/": Row(ORGANIZATIONS, verdicts.anybody),
    f"PUT {AN_ORGANIZATION}mute/": Row(ORGANIZATIONS, verdicts.anybody),
    f"DELETE {AN_ORGANIZATION}mute/": Row(ORGANIZATIONS, verdicts.anybody),
    f"GET {AN_ORGANIZATION}roster/": Row(ORGANIZATIONS, verdicts.managing),
    f"GET {A_MEMBER}": Row(ORGANIZATIONS, verdicts.managing),
    f"PUT {A_MEMBER}": Row(ORGANIZATIONS, verdicts.managing, {}),
    f"PATCH {A_MEMBER}": Row(ORGANIZATIONS, verdicts.managing, {"kind": "staff"}),
    f"DELETE {A_MEMBER}": Row(ORGANIZATIONS, verdicts.managing),
    f"GET {AN_ORGANIZATION}requests/": Row(ORGANIZATIONS, verdicts.managing),
    f"POST {AN_ORGANIZATION}requests/": Row(ORGANIZATIONS, verdicts.managing, {"answer": "reject", "handles": ["member"]}),
    f"GET {AN_ORGANIZATION}settings/": Row(ORGANIZATIONS, verdicts.managing),
    f"PATCH {AN_ORGANIZATION}settings/": Row(ORGANIZATIONS, verdicts.managing, {"place": "Westmere"}),
    f"DELETE {AN_ORGANIZATION}logo/": Row(ORGANIZATIONS, verdicts.managing),
    f"POST {AN_ORGANIZATION}departments/": Row(ORGANIZATIONS, verdicts.managing, {"name": "Biology", "slug": "biology"}),
    f"PATCH {A_DEPARTMENT}": Row(ORGANIZATIONS, verdicts.managing, {"name": "Biophysics"}),
    f"DELETE {A_DEPARTMENT}": Row(ORGANIZATIONS, verdicts.managing),
    f"GET {AN_ORGANIZATION}domains/": Row(ORGANIZATIONS, verdicts.managing),
    f"GET {AN_ORGANIZATION}domains/<domain>/": Row(ORGANIZATIONS, verdicts.managing),
    f"PUT {AN_ORGANIZATION}domains/<domain>/": Row(ORGANIZATIONS, verdicts.managing),
    f"DELETE {AN_ORGANIZATION}domains/<domain>/": Row(ORGANIZATIONS, verdicts.managing),
    f"GET {AN_ORGANIZATION}invitations/": Row(ORGANIZATIONS, verdicts.managing),
    f"POST {AN_ORGANIZATION}invitations/": Row(ORGANIZATIONS, verdicts.managing, {}),
    f"POST {AN_ORGANIZATION}invitations/addresses/": Row(
        ORGANIZATIONS, verdicts.managing, {"addresses": ["guest@elsewhere.example"]}
    ),
    f"DELETE {AN_ORGANIZATION}invitations/<int:invitation_id>/": Row(ORGANIZATIONS, verdicts.managing),
    "POST /me/invitations/": Row(INVITATIONS, verdicts.anybody, {"token": "forged"}),
    "POST /posts/": Row(PLACES, verdicts.posting, {"text": "Hello"}, places=True),
    "GET /posts/audience/": Row(PLACES, verdicts.posting, places=True),
    "GET /posts/home_feed/": Row(FEEDS, verdicts.anybody),
    "GET /posts/home_feed/new/": Row(NEWER, verdicts.anybody),
    "GET /posts/popular/": Row(HERSELF, verdicts.anybody),
    "GET /organizations/": Row(HERSELF, verdicts.anybody),
    "GET /search/": Row(SEARCHES, verdicts.anybody),
    "GET /me/": Row(HERSELF, verdicts.anybody),
    "PATCH /me/": Row(HERSELF, verdicts.anybody, {"bio": "I like light."}),
    "DELETE /me/avatar/": Row(HERSELF, verdicts.anybody),
    "GET /me/export/": Row(HERSELF, verdicts.anybody),
    "POST /me/export/": Row(HERSELF, verdicts.anybody),
    "GET /me/sessions/": Row(HERSELF, verdicts.anybody),
    "DELETE /me/sessions/": Row(HERSELF, verdicts.anybody),
    "DELETE /me/sessions/<session_id>/": Row(SESSIONS, verdicts.ending_session),
    "GET /me/memberships/": Row(HERSELF, verdicts.anybody),
    "GET /me/blocks/": Row(HERSELF, verdicts.anybody),
    "GET /me/mutes/": Row(HERSELF, verdicts.anybody),
    "GET /me/follow_requests/": Row(HERSELF, verdicts.anybody),
    "GET /me/suggestions/": Row(HERSELF, verdicts.anybody),
    "GET /notifications/": Row(LINES, verdicts.anybody),
    "GET /notifications/count/": Row(HERSELF, verdicts.anybody),
    "POST /notifications/read/": Row(HERSELF, verdicts.anybody, {"until": "2026-01-01T00:00:00Z"}),
    "PUT /notifications/<int:notification_id>/read/": Row(NOTICES, verdicts.reading_notification),
    "GET /notifications/preferences/": Row(HERSELF, verdicts.anybody),
    "PATCH /notifications/preferences/<topic>/": Row(HERSELF, verdicts.anybody, {"by_mail": True}),
}
