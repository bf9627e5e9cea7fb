"""Named reads of moderation. Each takes the viewer, and shows what is hers to handle.

`finding.case_for` finds one case, `listing.queue` a page of a tab and `listing.tab_counts` the numbers beside the tabs,
`page.case_page` everything on the page of a case, `letters.letter_page` what a decision's author reads, `health.health` how
moderation is doing, `evidence.kept_file` a file of a snapshot's photo.
"""
