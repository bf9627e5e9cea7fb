"""Rows for tests, made by plain functions: what is not said is filled in, unique where it must be.

They write straight into the tables, around rules and quotas; a test of a rule calls the room's own verb.
"""

from tests.factories.accounts import make_email, make_token, make_user
from tests.factories.follows import make_block, make_follow, make_mute
from tests.factories.interactions import make_comment, make_like, make_share
from tests.factories.moderation import make_case
from tests.factories.organizations import make_company, make_department, make_member, make_university
from tests.factories.posts import make_photo, make_post

__all__ = [
    "make_block",
    "make_case",
    "make_comment",
    "make_company",
    "make_department",
    "make_email",
    "make_follow",
    "make_like",
    "make_member",
    "make_mute",
    "make_photo",
    "make_post",
    "make_share",
    "make_token",
    "make_university",
    "make_user",
]
