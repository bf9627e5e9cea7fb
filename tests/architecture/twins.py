"""What each page is to programs: the operations that do the same, or the reason why there is none.

A page added to the site has no entry here, and `test_api_twins` says so.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Because:
    """Why a page has no twin."""

    reason: str


A_FORM = Because("The form of a write: programs need none.")
IN_THE_BROWSER = Because("Signing in belongs to browsers: a program has a token.")
HERSELF = Because("What proves who she is changes in a browser alone: a token that is stolen must not take the account over.")
BY_MAIL = Because("The link of a mail, opened in a browser.")
BYTES = Because("The file itself: its address is told by REST, and a token lets a program in there as a cookie does a browser.")
NOT_SHOWN = Because("For the one who runs the site.")
BY_COMMAND = Because("For the one who runs the site: the twin is a `flask` command, which the page names.")
PROGRAMS_OWN = Because("Itself for programs.")
ABOUT_THE_SITE = Because("Words for visitors; the document of the API begins with those for programs.")
LEADS_ON = Because("It leads to a page, and is none itself.")

A_CASE = "/moderation/cases/<int:case_id>/"
A_DECISION = "/me/decisions/<int:decision_id>/"
KEEPING_AWAY = ("PUT /users/<handle>/mute/", "PUT /users/<handle>/block/", "PUT /organizations/<slug>/mute/")
A_MEMBER = "/organizations/<slug>/members/<handle>/"

TWINS: dict[str, tuple[str, ...] | Because] = {
    # accounts
    "accounts.login": IN_THE_BROWSER,
    "accounts.logout": IN_THE_BROWSER,
    "accounts.signup": IN_THE_BROWSER,
    "accounts.reset": BY_MAIL,
    "accounts.reset_password": BY_MAIL,
    "accounts.verify": BY_MAIL,
    "accounts.verify_link": BY_MAIL,
    "accounts.resend": BY_MAIL,
    "accounts.resend_address": HERSELF,
    "accounts.add_address": HERSELF,
    "accounts.make_primary": HERSELF,
    "accounts.remove_address": HERSELF,
    "accounts.change_password": HERSELF,
    "accounts.tokens_page": HERSELF,
    "accounts.create_token": HERSELF,
    "accounts.confirm_revoke_token": HERSELF,
    "accounts.revoke_token": HERSELF,
    "accounts.settings": ("GET /me/", "GET /me/sessions/"),
    "accounts.save_settings": ("PATCH /me/",),
    "accounts.revoke_session": ("DELETE /me/sessions/<session_id>/",),
    "accounts.revoke_sessions": ("DELETE /me/sessions/",),
    # portraits
    "portraits.portrait": BYTES,
    "portraits.set_avatar": ("PUT /me/avatar/",),
    "portraits.remove_avatar": ("DELETE /me/avatar/",),
    "portraits.set_logo": ("PUT /organizations/<slug>/logo/",),
    "portraits.remove_logo": ("DELETE /organizations/<slug>/logo/",),
    # rights
    "rights.data": ("GET /me/export/",),
    "rights.ask_for_copy": ("POST /me/export/",),
    "rights.copy_file": BYTES,
    "rights.confirm_delete": A_FORM,
    "rights.delete_account": HERSELF,
    "rights.leaving": IN_THE_BROWSER,
    "rights.keep_account": IN_THE_BROWSER,
    # posts
    "posts.new": A_FORM,
    "posts.edit": A_FORM,
    "posts.confirm_delete": A_FORM,
    "posts.create": ("POST /posts/",),
    "posts.save": ("PATCH /posts/<int:post_id>/", "PUT /posts/<int:post_id>/photos/"),
    "posts.delete": ("DELETE /posts/<int:post_id>/",),
    "posts.withdraw": ("POST /posts/<int:post_id>/withdraw/",),
    "posts.reinstate": ("POST /posts/<int:post_id>/reinstate/",),
    "posts.history": ("GET /posts/<int:post_id>/history/",),
    "posts.audience": ("GET /posts/audience/",),
    "post_page.show": ("GET /posts/<int:post_id>/", "GET /posts/<int:post_id>/comments/"),
    "photos.photo": ("GET /posts/<int:post_id>/photos/",),
    "photos.retry": ("POST /posts/<int:post_id>/photos/<int:position>/retry/",),
    "photos.media": BYTES,
    # interactions
    "interactions.like": ("PUT /posts/<int:post_id>/like/", "DELETE /posts/<int:post_id>/like/"),
    "interactions.comments": ("GET /posts/<int:post_id>/comments/",),
    "interactions.comment": ("POST /posts/<int:post_id>/comments/",),
    "interactions.delete_comment": ("DELETE /comments/<int:comment_id>/",),
    "interactions.shares": ("GET /posts/<int:post_id>/shares/",),
    "interactions.share": ("POST /posts/<int:post_id>/shares/",),
    # follows
    "follows.follow": ("PUT /users/<handle>/follow/",),
    "follows.unfollow": ("DELETE /users/<handle>/follow/",),
    "follows.accept": ("PUT /me/followers/<handle>/",),
    "follows.reject": ("DELETE /me/followers/<handle>/",),
    "follows.block": ("PUT /users/<handle>/block/",),
    "follows.unblock": ("DELETE /users/<handle>/block/",),
    "follows.mute": ("PUT /users/<handle>/mute/",),
    "follows.unmute": ("DELETE /users/<handle>/mute/",),
    "follows.follow_organization": ("PUT /organizations/<slug>/follow/",),
    "follows.unfollow_organization": ("DELETE /organizations/<slug>/follow/",),
    "follows.mute_organization": ("PUT /organizations/<slug>/mute/",),
    "follows.blocked": ("GET /me/blocks/", "GET /me/mutes/"),
    "follows.unmute_organization": ("DELETE /organizations/<slug>/mute/",),
    # organizations, and the pages of people
    "organizations.join": ("PUT /organizations/<slug>/membership/",),
    "organizations.leave": ("DELETE /organizations/<slug>/membership/",),
    "manage.start": LEADS_ON,
    "manage.members": ("GET /organizations/<slug>/roster/",),
    "manage.admit": (f"PUT {A_MEMBER}",),
    "manage.member": (f"GET {A_MEMBER}",),
    "manage.change": (f"PATCH {A_MEMBER}",),
    "manage.confirm_removal": A_FORM,
    "manage.remove": (f"DELETE {A_MEMBER}",),
    "manage.requests": ("GET /organizations/<slug>/requests/",),
    "manage.invitations_page": ("GET /organizations/<slug>/invitations/",),
    "manage.create_link": ("POST /organizations/<slug>/invitations/",),
    "manage.revoke_invitation": ("DELETE /organizations/<slug>/invitations/<int:invitation_id>/",),
    "manage.addresses": A_FORM,
    "manage.invite_addresses": ("POST /organizations/<slug>/invitations/addresses/",),
    "organizations.invitation": A_FORM,
    "organizations.accept_invitation": ("POST /me/invitations/",),
    "manage.domains": ("GET /organizations/<slug>/domains/", "GET /organizations/<slug>/domains/<domain>/"),
    "manage.claim_domain": ("PUT /organizations/<slug>/domains/<domain>/",),
    "manage.confirm_drop_domain": A_FORM,
    "manage.drop_domain": ("DELETE /organizations/<slug>/domains/<domain>/",),
    "manage.departments": ("GET /organizations/<slug>/departments/",),
    "manage.department": A_FORM,
    "manage.found_department": ("POST /organizations/<slug>/departments/",),
    "manage.rename_department": ("PATCH /organizations/<slug>/departments/<department>/",),
    "manage.remove_department": ("DELETE /organizations/<slug>/departments/<department>/",),
    "manage.settings": ("GET /organizations/<slug>/settings/",),
    "manage.edit_organization": ("PATCH /organizations/<slug>/settings/",),
    "manage.answer": ("POST /organizations/<slug>/requests/",),
    "profiles.person": ("GET /users/<handle>/", "GET /users/<handle>/posts/"),
    "profiles.followers": ("GET /users/<handle>/followers/", "GET /me/follow_requests/"),
    "profiles.following": ("GET /users/<handle>/following/", "GET /users/<handle>/followed_organizations/"),
    "profiles.organization": ("GET /organizations/<slug>/", "GET /organizations/<slug>/posts/"),
    "profiles.about": ("GET /organizations/<slug>/", "GET /organizations/<slug>/departments/"),
    "profiles.people": ("GET /organizations/<slug>/members/",),
    "profiles.department": (
        "GET /organizations/<slug>/departments/<department>/",
        "GET /organizations/<slug>/departments/<department>/posts/",
    ),
    "site.about": ABOUT_THE_SITE,
    "profiles.explore": ("GET /organizations/", "GET /posts/popular/", "GET /me/suggestions/"),
    # feed and search
    "feed.home": ("GET /posts/home_feed/",),
    "feed.new": ("GET /posts/home_feed/new/",),
    "feed.suggested": ("GET /me/suggestions/",),
    "feed.why": ("GET /posts/<int:post_id>/why/",),
    "feed.choose": ("PATCH /me/",),
    "search.search": ("GET /search/",),
    # notifications
    "notifications.listing": ("GET /notifications/",),
    "notifications.count": ("GET /notifications/count/",),
    "notifications.read": ("PUT /notifications/<int:notification_id>/read/",),
    "notifications.read_all": ("POST /notifications/read/",),
    "notifications.settings": ("GET /notifications/preferences/",),
    "notifications.save_settings": ("PATCH /notifications/preferences/<topic>/",),
    "notifications.confirm_unsubscribe": BY_MAIL,
    "notifications.unsubscribe": BY_MAIL,
    # administration
    "announcements.dismiss": Because("A banner above pages, which programs have none of."),
    **dict.fromkeys(
        (
            "admin.overview",
            "admin.people_page",
            "admin.person",
            "admin.approve",
            "admin.confirm_decline",
            "admin.decline",
            "admin.verify_person",
            "admin.suspend",
            "admin.reinstate",
            "admin.confirm_promote",
            "admin.promote",
            "admin.confirm_demote",
            "admin.demote",
            "admin.send_reset",
            "admin.confirm_sign_out",
            "admin.sign_out_person",
            "admin.confirm_revoke_tokens",
            "admin.revoke_tokens",
            "admin.organizations_page",
            "admin.organization",
            "admin.verify_organization",
            "admin.unverify_organization",
            "admin.add_domain",
            "admin.refuse_domain",
            "admin.confirm_remove_domain",
            "admin.remove_domain",
            "admin.tasks",
            "admin.run_task",
            "admin.jobs_page",
            "admin.retry_jobs",
            "admin.retry_job",
            "admin.confirm_discard",
            "admin.discard_job",
            "admin.storage_page",
            "admin.announcements_page",
            "admin.announce",
            "admin.end_announcement",
            "admin.settings_page",
            "admin.system_page",
        ),
        BY_COMMAND,
    ),
    # moderation
    **{f"reporting.{what}": A_FORM for what in ("post", "comment", "person", "organization")},
    "reporting.report_post": ("POST /posts/<int:post_id>/reports/", *KEEPING_AWAY),
    "reporting.report_comment": ("POST /comments/<int:comment_id>/reports/", *KEEPING_AWAY),
    "reporting.report_person": ("POST /users/<handle>/reports/", *KEEPING_AWAY),
    "reporting.report_organization": ("POST /organizations/<slug>/reports/", *KEEPING_AWAY),
    **{f"opening.{what}": ("POST /moderation/cases/",) for what in ("post", "comment", "person", "organization")},
    "reporting.mine": Because("What came of each report is told in a notice, which programs read."),
    "letters.letter": (f"GET {A_DECISION}",),
    "letters.appeal": (f"POST {A_DECISION}appeal/",),
    "letters.of_post": ("GET /me/decisions/",),
    "desk.cases": ("GET /moderation/cases/",),
    "desk.case": ("GET /moderation/cases/<int:case_id>/",),
    "desk.photo": BYTES,
    "desk.health": Because("Figures for people; `/metrics` has those for programs."),
    "desk.bulk": (f"POST {A_CASE}claim/", f"POST {A_CASE}decisions/"),
    "desk.claim": (f"POST {A_CASE}claim/",),
    "desk.release": (f"POST {A_CASE}release/",),
    "desk.take_over": (f"POST {A_CASE}take_over/",),
    "desk.escalate": Because("A case moves from one desk of people to another, with a word why."),
    "desk.note": (f"POST {A_CASE}notes/",),
    "desk.ask": A_FORM,
    "desk.review": A_FORM,
    "desk.decide": (f"POST {A_CASE}decisions/",),
    "desk.undo": (f"POST {A_CASE}undo/",),
    "desk.reopen": (f"POST {A_CASE}reopen/",),
    "desk.decide_appeal": (f"POST {A_CASE}appeal/",),
    # audit
    "audit.site": BY_COMMAND,
    "audit.site_csv": BY_COMMAND,
    "audit.site_verify": BY_COMMAND,
    "audit.organization": BY_COMMAND,
    "audit.organization_csv": BY_COMMAND,
    # machines
    "health.livez": NOT_SHOWN,
    "health.readyz": NOT_SHOWN,
    "metrics.scrape": NOT_SHOWN,
    "graphql.console": PROGRAMS_OWN,
    "graphql.run": PROGRAMS_OWN,
}
