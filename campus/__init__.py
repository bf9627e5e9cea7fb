"""PhotoCampus: the home feed for universities and companies.

The rooms, from the ground up; each imports only rooms before it:
`platform` → `quotas` → `accounts` → `organizations` → `follows` → `media` → `posts` → `interactions` → `feed` → `cli`.
`docs/architecture.md` is the map; `campus.application` is the list of what the application consists of.
"""
