"""Posts with their photos: publishing, editing, withdrawing, and who may see them.

`visibility.py` is the rule of visibility, the only one; `policy.py` is the table of who may do what with a post.
"""
