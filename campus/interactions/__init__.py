"""Likes, comments and shares: the marks people leave on posts, and the counters that equal their rows.

Other rooms read them in batches: `marks(viewer_id, ids)` and `newest_comments(viewer_id, ids)`.
"""
