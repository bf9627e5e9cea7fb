"""PhotoCampus: the home feed for universities and companies."""
