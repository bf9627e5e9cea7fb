"""Universities with their departments, companies, and who belongs to them in which role.

A membership counts only while its status is active and its `until` has not passed: `active()` in queries.py is that sentence.
"""
