"""The pictures that stand beside names: of people, and the logos of organizations.

A picture is square, is kept in a few sizes under a random token, and is shown wherever the name is. The token is a column of who
it belongs to, so whatever reads a name reads it too. Above accounts and organizations, because both have one; above media, which
makes it.
"""
