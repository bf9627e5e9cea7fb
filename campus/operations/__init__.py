"""Keeping the campus safe from loss: backups that prove themselves, the way back from one, and the state of files and counts.

Above all rooms but the commands, since what it copies and checks is theirs: the database, the files of photos, the noted seals of
the audit log. Why a backup has the form it has stands in `docs/adr/0015-what-a-backup-is.md`.
"""
