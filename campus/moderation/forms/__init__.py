"""What the pages of moderation take in."""
