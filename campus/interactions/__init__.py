"""Likes, comments and shares: the marks people leave on posts, the counters that equal their rows, and the page of one post.

Other rooms get all of it for their cards in one statement: `queries.dress(viewer_id, cards)`.
"""
