"""People: their addresses, how they sign in, and the sessions that end when they should.

The typed `Viewer` (viewer.py) is what every other room knows of the person in front of the screen.
"""
