"""Pages of those who write rules, of those who approve them, and of who goes by which."""
