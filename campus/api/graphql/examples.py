"""Queries to begin with, shown on the page. A test runs each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """A query, and what it shows."""

    title: str
    query: str
    variables: str = ""


EXAMPLES = (
    Example(
        "My home feed",
        """\
{
  homeFeed(limit: 5, algorithm: MIXED, scope: ALL) {
    id
    title
    text
    author { name handle }
    counts { likes comments }
    why
  }
}
""",
    ),
    Example(
        "Page after page",
        """\
query Feed($after: String) {
  homeFeedConnection(first: 3, after: $after) {
    nodes { id title photos { alt fallbackUrl } }
    pageInfo { hasNextPage endCursor }
  }
}
""",
        '{"after": null}',
    ),
    Example(
        "Myself, my organizations, my quotas",
        """\
{
  me {
    name
    memberships { organization { name slug } role kind }
    quotas { name used limit resetsAt }
  }
}
""",
    ),
    Example(
        "What I was told and have not read",
        """\
query Unread($after: String) {
  me {
    unreadNotifications
    notifications(first: 10, after: $after, unread: true) {
      nodes { id kind at sentence url }
      pageInfo { endCursor }
    }
  }
}
""",
        '{"after": null}',
    ),
    Example(
        "Posts with their comments",
        """\
{
  homeFeed(limit: 3) {
    id
    viewer { liked may }
    comments(first: 5) {
      nodes { text author { name } }
      pageInfo { endCursor }
    }
  }
}
""",
    ),
    Example(
        "Publish for myself alone",
        """\
mutation Publish($input: PostInput!) {
  createPost(input: $input) {
    post { id url audienceSentence }
  }
}
""",
        '{"input": {"text": "Hello.", "audience": "ONLY_ME"}}',
    ),
    Example(
        "I have read everything",
        """\
mutation HaveRead($until: DateTime) {
  markAllNotificationsRead(until: $until) { read }
}
""",
        '{"until": null}',
    ),
)
