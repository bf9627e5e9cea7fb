"""What somebody missed who was not there for a week: one mail, of counts and public words."""
