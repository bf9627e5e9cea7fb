"""What a person may ask of the site about herself: a copy of everything, and to be forgotten.

Above the rooms that hold what she did, because both go through all of them; below the doors by which it is asked.
"""
