"""Every quota by name and number. One bucket each, whichever door is used; `QUOTA_<NAME>` in the settings replaces the number."""

from __future__ import annotations

from campus.platform.limits import Period, Quota

POSTS = Quota("posts", 20, Period.DAY)
LIKES = Quota("likes", 200, Period.DAY)
COMMENTS = Quota("comments", 200, Period.DAY)
SHARES = Quota("shares", 100, Period.DAY)
FOLLOWS = Quota("follows", 200, Period.DAY)
UPLOADS = Quota("uploads", 200, Period.DAY)
UPLOAD_BYTES = Quota("upload_bytes", 2_000_000_000, Period.DAY)
INVITATIONS = Quota("invitations", 1000, Period.DAY)  # mails of one person
LINKS = Quota("invitation_links", 50, Period.DAY)  # links of one person
REPORTS = Quota("reports", 20, Period.DAY)
RESETS = Quota("resets", 5, Period.DAY)  # per account
RESETS_FROM = Quota("resets_from", 20, Period.DAY)  # per address
SIGN_UPS = Quota("sign_ups", 20, Period.DAY)  # per address
SIGN_INS = Quota("sign_ins", 10, Period.HOUR)  # failures per account
SIGN_INS_FROM = Quota("sign_ins_from", 50, Period.HOUR)  # failures per address
API = Quota("api", 300, Period.MINUTE)  # requests per token

ALL = (
    POSTS,
    LIKES,
    COMMENTS,
    SHARES,
    FOLLOWS,
    UPLOADS,
    UPLOAD_BYTES,
    INVITATIONS,
    LINKS,
    REPORTS,
    RESETS,
    RESETS_FROM,
    SIGN_UPS,
    SIGN_INS,
    SIGN_INS_FROM,
    API,
)
