"""Finding posts, people and organizations by words.

Words are folded by functions of the database (lower case, no accents), the same for what is kept and for what is asked. The words
of posts are kept beside them, by triggers, in a table no feed reads. Whatever is found passes through the same rules as anywhere.
"""
