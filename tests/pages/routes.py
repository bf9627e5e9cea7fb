"""Every page and every form, what it is asked about, and the law that judges it: the laws are those of the programs' doors."""

from __future__ import annotations

from tests.api.matrix import verdicts
from tests.api.matrix.routes import FEEDS, HERSELF, INVITATIONS, LINES, NEWER, NOTICES, SEARCHES, SESSIONS, Row
from tests.api.matrix.things import COMMENTS, ORGANIZATIONS, PEOPLE, POSTS

A_POST = "/posts/<int:post_id>"
A_PERSON = "/u/<handle>"
AN_ORGANIZATION = "/o/<slug>"
MANAGE = f"{AN_ORGANIZATION}/manage"
INVITED = {"addresses": "guest@elsewhere.example", "kind": "staff", "days": "3", "confirmed": "yes"}
EDITED = {"text": "Other words", "audience": "public", "owner": ""}

ROUTES: dict[str, Row] = {
    f"GET {A_POST}": Row(POSTS, verdicts.reaching),
    f"GET {A_POST}/edit": Row(POSTS, verdicts.editing),
    f"POST {A_POST}/edit": Row(POSTS, verdicts.editing, EDITED),
    f"GET {A_POST}/history": Row(POSTS, verdicts.reaching),
    f"GET {A_POST}/why": Row(POSTS, verdicts.seeing),
    f"GET {A_POST}/delete": Row(POSTS, verdicts.author_alone),
    f"POST {A_POST}/delete": Row(POSTS, verdicts.author_alone),
    f"POST {A_POST}/withdraw": Row(POSTS, verdicts.withdrawing),
    f"POST {A_POST}/reinstate": Row(POSTS, verdicts.author_alone),
    f"GET {A_POST}/photos/<int:position>": Row(POSTS, verdicts.reaching),
    f"POST {A_POST}/photos/<int:position>/retry": Row(POSTS, verdicts.author_alone),
    f"POST {A_POST}/like": Row(POSTS, verdicts.seeing, {"state": "on"}),
    f"GET {A_POST}/comments": Row(POSTS, verdicts.reaching),
    f"POST {A_POST}/comments": Row(POSTS, verdicts.seeing, {"text": "Well seen"}),
    f"GET {A_POST}/shares": Row(POSTS, verdicts.seeing),
    f"POST {A_POST}/shares": Row(POSTS, verdicts.seeing, {"platform": "link"}),
    "POST /comments/<int:comment_id>/delete": Row(COMMENTS, verdicts.deleting_comment),
    f"GET {A_PERSON}": Row(PEOPLE, verdicts.meeting),
    f"GET {A_PERSON}/followers": Row(PEOPLE, verdicts.reading_lists),
    f"GET {A_PERSON}/following": Row(PEOPLE, verdicts.reading_lists),
    f"POST {A_PERSON}/follow": Row(PEOPLE, verdicts.following),
    f"POST {A_PERSON}/accept": Row(PEOPLE, verdicts.accepting),
    **{f"POST {A_PERSON}/{verb}": Row(PEOPLE, verdicts.meeting) for verb in ("unfollow", "reject", "block", "unblock")},
    **{f"POST {A_PERSON}/{verb}": Row(PEOPLE, verdicts.meeting) for verb in ("mute", "unmute")},
    f"GET {AN_ORGANIZATION}": Row(ORGANIZATIONS, verdicts.anybody),
    f"GET {AN_ORGANIZATION}/about": Row(ORGANIZATIONS, verdicts.anybody),
    f"GET {AN_ORGANIZATION}/people": Row(ORGANIZATIONS, verdicts.reading_members),
    f"GET {AN_ORGANIZATION}/d/<department>": Row(ORGANIZATIONS, verdicts.reading_department),
    f"POST {AN_ORGANIZATION}/join": Row(ORGANIZATIONS, verdicts.joining),
    **{f"POST {AN_ORGANIZATION}/{verb}": Row(ORGANIZATIONS, verdicts.anybody) for verb in ("leave", "follow", "unfollow")},
    **{f"POST {AN_ORGANIZATION}/{verb}": Row(ORGANIZATIONS, verdicts.anybody) for verb in ("mute", "unmute")},
    "GET /admin/audit": Row(HERSELF, verdicts.looking_after_the_site),
    "GET /admin/audit.csv": Row(HERSELF, verdicts.looking_after_the_site),
    "GET /admin/audit/verify": Row(HERSELF, verdicts.looking_after_the_site),
    f"GET {AN_ORGANIZATION}/manage/audit": Row(ORGANIZATIONS, verdicts.managing),
    f"GET {AN_ORGANIZATION}/manage/audit.csv": Row(ORGANIZATIONS, verdicts.managing),
    f"GET {MANAGE}": Row(ORGANIZATIONS, verdicts.managing),
    f"GET {MANAGE}/members": Row(ORGANIZATIONS, verdicts.managing),
    f"POST {MANAGE}/members": Row(ORGANIZATIONS, verdicts.managing, {"handle": "member"}),
    f"GET {MANAGE}/members/<handle>": Row(ORGANIZATIONS, verdicts.managing),
    f"POST {MANAGE}/members/<handle>": Row(ORGANIZATIONS, verdicts.managing, {"role": "member", "kind": "staff"}),
    f"GET {MANAGE}/members/<handle>/remove": Row(ORGANIZATIONS, verdicts.managing),
    f"POST {MANAGE}/members/<handle>/remove": Row(ORGANIZATIONS, verdicts.managing),
    f"GET {MANAGE}/invitations": Row(ORGANIZATIONS, verdicts.managing),
    f"POST {MANAGE}/invitations": Row(ORGANIZATIONS, verdicts.managing, {"kind": "staff", "uses": "2", "days": "3"}),
    f"POST {MANAGE}/invitations/<int:invitation_id>/revoke": Row(ORGANIZATIONS, verdicts.managing),
    f"GET {MANAGE}/invitations/addresses": Row(ORGANIZATIONS, verdicts.managing),
    f"POST {MANAGE}/invitations/addresses": Row(ORGANIZATIONS, verdicts.managing, INVITED),
    f"GET {MANAGE}/domains": Row(ORGANIZATIONS, verdicts.managing),
    f"POST {MANAGE}/domains": Row(ORGANIZATIONS, verdicts.managing, {"domain": "example.org"}),
    f"GET {MANAGE}/domains/remove": Row(ORGANIZATIONS, verdicts.managing),
    f"POST {MANAGE}/domains/remove": Row(ORGANIZATIONS, verdicts.managing, {"domain": "example.org"}),
    f"GET {MANAGE}/departments": Row(ORGANIZATIONS, verdicts.managing),
    f"POST {MANAGE}/departments": Row(ORGANIZATIONS, verdicts.managing, {"name": "Biology", "slug": "biology"}),
    f"GET {MANAGE}/departments/<department>": Row(ORGANIZATIONS, verdicts.managing),
    f"POST {MANAGE}/departments/<department>": Row(ORGANIZATIONS, verdicts.managing, {"name": "Biophysics"}),
    f"POST {MANAGE}/departments/<department>/remove": Row(ORGANIZATIONS, verdicts.managing),
    f"GET {MANAGE}/settings": Row(ORGANIZATIONS, verdicts.managing),
    f"POST {MANAGE}/settings": Row(ORGANIZATIONS, verdicts.managing, {"name": "Northbridge", "join_policy": "open"}),
    f"POST {MANAGE}/logo/remove": Row(ORGANIZATIONS, verdicts.managing),
    "POST /invitations/<token>": Row(INVITATIONS, verdicts.anybody),
    f"GET {MANAGE}/requests": Row(ORGANIZATIONS, verdicts.managing),
    f"POST {MANAGE}/requests": Row(ORGANIZATIONS, verdicts.managing, {"reject": "ticked"}),
    f"GET {A_POST}/report": Row(POSTS, verdicts.reporting),
    f"POST {A_POST}/report": Row(POSTS, verdicts.reporting, {"category": "spam"}),
    "GET /comments/<int:comment_id>/report": Row(COMMENTS, verdicts.reporting_comment),
    "POST /comments/<int:comment_id>/report": Row(COMMENTS, verdicts.reporting_comment, {"category": "spam"}),
    f"GET {A_PERSON}/report": Row(PEOPLE, verdicts.meeting),
    f"POST {A_PERSON}/report": Row(PEOPLE, verdicts.meeting, {"category": "spam"}),
    f"GET {AN_ORGANIZATION}/report": Row(ORGANIZATIONS, verdicts.anybody),
    f"POST {AN_ORGANIZATION}/report": Row(ORGANIZATIONS, verdicts.anybody, {"category": "spam"}),
    f"POST {A_POST}/moderate": Row(POSTS, verdicts.opening),
    "POST /comments/<int:comment_id>/moderate": Row(COMMENTS, verdicts.opening_comment),
    f"POST {A_PERSON}/moderate": Row(PEOPLE, verdicts.opening_person),
    f"POST {AN_ORGANIZATION}/moderate": Row(ORGANIZATIONS, verdicts.looking_after_the_site),
    "GET /reports": Row(HERSELF, verdicts.anybody),
    "GET /": Row(FEEDS, verdicts.anybody),
    "GET /feed/new": Row(NEWER, verdicts.anybody),
    "GET /feed/suggestions": Row(HERSELF, verdicts.anybody),
    "POST /feed/settings": Row(HERSELF, verdicts.anybody, {"algorithm": "mixed", "scope": "all"}),
    "GET /explore": Row(HERSELF, verdicts.anybody),
    "GET /search": Row(SEARCHES, verdicts.anybody),
    "GET /posts/new": Row(HERSELF, verdicts.anybody),
    "POST /posts/new": Row(HERSELF, verdicts.anybody, {"text": "Hello", "audience": "public", "owner": ""}),
    "GET /posts/audience": Row(HERSELF, verdicts.anybody),
    "GET /settings": Row(HERSELF, verdicts.anybody),
    "POST /settings/picture/remove": Row(HERSELF, verdicts.anybody),
    "GET /settings/data": Row(HERSELF, verdicts.anybody),
    "POST /settings/data/copy": Row(HERSELF, verdicts.anybody),
    "GET /settings/data/delete": Row(HERSELF, verdicts.anybody),
    "GET /settings/blocked": Row(HERSELF, verdicts.anybody),
    "GET /settings/tokens": Row(HERSELF, verdicts.anybody),
    "GET /notifications": Row(LINES, verdicts.anybody),
    "GET /notifications/count": Row(HERSELF, verdicts.anybody),
    "POST /notifications/read": Row(HERSELF, verdicts.anybody),
    "POST /notifications/<int:notification_id>/read": Row(NOTICES, verdicts.reading_notification),
    "GET /settings/notifications": Row(HERSELF, verdicts.anybody),
    "POST /settings/notifications": Row(HERSELF, verdicts.anybody, {"likes-site": "on"}),
    "POST /settings/sessions/<session_id>/revoke": Row(SESSIONS, verdicts.anybody),
}

# About nobody's data but one's own, and tested with the room of accounts; or for who is not signed in; or machines.
ELSEWHERE = {
    "accounts.add_address",
    "accounts.change_password",
    "accounts.confirm_revoke_token",
    "accounts.create_token",
    "accounts.login",
    "accounts.logout",
    "accounts.make_primary",
    "accounts.remove_address",
    "accounts.resend",
    "accounts.resend_address",
    "accounts.reset",
    "accounts.reset_password",
    "accounts.revoke_sessions",
    "accounts.revoke_token",
    "accounts.save_settings",
    "accounts.signup",
    "accounts.verify",
    "accounts.verify_link",
    "graphql.console",
    "graphql.run",
    "health.livez",
    "health.readyz",
    "metrics.scrape",
    "notifications.confirm_unsubscribe",  # tests/notifications/test_mails.py: the signed link is all that counts
    "notifications.unsubscribe",
    "organizations.invitation",  # tests/organizations/test_manage_invitations.py: whoever has the link
    "rights.copy_file",  # tests/rights/test_copies.py: a file is needed
    "rights.delete_account",  # tests/rights/test_pages.py: for her alone, with her password
    "rights.keep_account",
    "rights.leaving",
    "portraits.portrait",  # tests/portraits: files are needed
    "portraits.set_avatar",
    "portraits.set_logo",
    "photos.media",  # tests/posts/test_media.py: files are needed
    "site.about",  # tests/profiles/test_site.py: the same for everybody
    "static",
}

# Rooms with a matrix of their own, because other people than these matter there.
ROOMS_ELSEWHERE = {"admin", "announcements", "desk", "letters"}  # tests/admin, tests/moderation/test_pages_matrix.py
