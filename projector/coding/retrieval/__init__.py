"""Find and reorder the codes that a mention may mean."""
