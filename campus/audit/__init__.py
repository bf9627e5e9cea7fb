"""The audit log: who did what to whom, written in the transaction of the act; no change of it goes unnoticed.

Verbs that use a privilege (an administrator's, a moderator's, an operator's) call `record`, last of all. Each entry is sealed
together with the one before it by a key that is not in the database, and its seal is noted outside the database when it is
committed, so that `verify` finds a row that was changed, removed or inserted, and a tail that was cut off. A room below people:
it holds ids.
"""
