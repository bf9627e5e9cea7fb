"""Who follows, blocks and mutes whom: relations of a person to people and organizations, knowing nothing of posts."""
