"""Every address says who may ask, and none that only reads can write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.accounts.guard import ACCESS

if TYPE_CHECKING:
    from flask import Flask

FLASKS_OWN = {"static"}


def test_every_view_is_guarded_or_said_to_be_public(app: Flask) -> None:
    unsaid = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in FLASKS_OWN and not hasattr(app.view_functions[rule.endpoint], ACCESS)
    }
    assert unsaid == set()


def test_what_is_public_is_a_short_list(app: Flask) -> None:
    public = {
        rule.rule for rule in app.url_map.iter_rules() if getattr(app.view_functions[rule.endpoint], ACCESS, "") == "public"
    }
    assert public <= PUBLIC


# Each of the last ones but the letters looks posts up through the rule of visibility, for whoever asks.
PUBLIC = {
    "/livez",
    "/readyz",
    "/metrics",
    "/about",
    "/login",
    "/leaving",
    "/logout",
    "/signup",
    "/reset",
    "/reset/<token>",
    "/verify",
    "/verify/<token>",
    "/unsubscribe/<token>",
    "/invitations/<token>",
    "/o/<slug>",  # this and the next two with public pages on
    "/o/<slug>/about",
    "/o/<slug>/d/<department>",
    "/posts/<int:post_id>",
    "/posts/<int:post_id>/comments",
    "/posts/<int:post_id>/photos/<int:position>",
    "/api/openapi.json",
    "/api/docs/",
    "/moderation/letters/<uuid:letter>",  # who was sent the letter has its address
    "/moderation/letters/<uuid:letter>/appeal",
    "/avatars/<uuid:token>/<int:side>.webp",  # as unguessable as the page it is on; gone with its owner
    "/media/<uuid:token>/<int:width>.<any(webp, jpg):extension>",
}
