"""The benchmarks of the product: `python -m bench`, or `make bench`.

Each figure is a ratio to a limit that is measured in the same run, in interleaved rounds: absolute figures of a shared machine
mean little. What is measured, and against what, is said at the head of each module; `docs/benchmarks.md` holds the last run.
"""

STATEMENTS = "X-Statements"  # the header in which an answer tells how many statements it took
