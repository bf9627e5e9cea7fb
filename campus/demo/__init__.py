"""The demo campus: invented people, organizations, posts and drawn photos, the same for every seed.

Three sizes. *small* is what `make run` shows: two universities, two companies and a quiet press, whose cast between them hold
every role, audience, standing and empty state (`cast`, `town`, `story`). *campus* is the workload of the benchmarks, 20,000
people and 60,000 posts with power-law follows, likes and comments (`crowds`, `bulk`); *large* is ten times that. All rows go in
by COPY, in one transaction, and every counter is the number of rows it counts.
"""
