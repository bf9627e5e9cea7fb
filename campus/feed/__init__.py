"""The heart: which posts reach whom, in which order, and why.

Write side: `subscriptions` (job kind → function), `audience` (who should receive a post), `fanout` (set-based delivery under a
lease), `upkeep` (rebuild, cleanup). Read side: `queries` (candidates), `ranking` (the score), `reading` (pages of a snapshot),
`cache`. `check` compares every feed with the definition. An entry is a candidate, never an authorization: the rule of visibility
is applied to whatever is read, after every cache.
"""
