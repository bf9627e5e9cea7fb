"""The doors for programs: REST below `/api/`, GraphQL at `/graphql`. They translate; the verbs are those of the pages.

`door.py` is what every REST view goes through: who asks, what she may, what came in, what goes out. `schemas.py` says what
things look like from outside. A view below `rest/` is then a docstring, a verb and an answer.
"""
