"""What every room stands on, and what knows nothing of people or posts.

The database session and the only commit, the outbox, the cache, the clock, cursors, limits, mail, storage, error classes and
the embedded servers. Anything here could serve another application unchanged.
"""
