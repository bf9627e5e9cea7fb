"""Where a shared post is taken: the link of each platform. Pure but for the site's own address."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from campus.interactions.models import Platform
from campus.platform import settings
from campus.posts.models import Audience

if TYPE_CHECKING:
    from campus.posts.models import Post


def post_url(post_id: int) -> str:
    """The post's address on this site."""
    return f"{settings.current().site_url}/posts/{post_id}"


def share_url(post: Post, platform: Platform) -> str:
    """The address that takes a post to a platform. Of a post that is not public, nothing but its address leaves the site."""
    url = post_url(post.id)
    line = post.title if post.audience is Audience.PUBLIC and post.title else f"A post on {settings.current().site_name}"
    match platform:
        case Platform.EMAIL:
            return f"mailto:?{urlencode({'subject': line, 'body': url}, quote_via=quote)}"
        case Platform.LINKEDIN:
            return f"https://www.linkedin.com/sharing/share-offsite/?{urlencode({'url': url})}"
        case Platform.X:
            return f"https://x.com/intent/post?{urlencode({'text': line, 'url': url})}"
        case Platform.WHATSAPP:
            return f"https://wa.me/?{urlencode({'text': f'{line} {url}'})}"
        case Platform.LINK | Platform.OTHER:
            return url
