"""The pages of people and organizations: who they are, what they publish that this viewer may see, who belongs to them.

Everything on them comes from the rooms below; this room only puts it together.
"""
