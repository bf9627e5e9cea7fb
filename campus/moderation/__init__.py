"""Keeping the campus safe and fair: reports, cases, decisions, appeals, and the record of every effect."""
