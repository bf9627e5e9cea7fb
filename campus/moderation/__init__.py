"""Moderation: reports become cases, cases get decisions, and whatever a decision does can be taken back.

A report by somebody who sees the thing opens a case, or joins the one that is open; the case is routed to the moderators of the
organization or to the site's staff, for a reason that is shown. A decision consists of measures; each leaves a row that says how
the world was before, so that an appeal, an undo or the end of a pause can put it back without overriding what others did
meanwhile. The verbs are in `actions`, what pages list in `queries`; the changes themselves are verbs of the rooms below.
"""
