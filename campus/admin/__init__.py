"""The built-in pages of those who run the site: people, organizations, tasks, jobs, storage, announcements, and the figures.

Whatever is done here has its twin among the commands, and each page names it. To anybody but an administrator of the site
nothing of this exists.
"""
