"""Score what was found against gold."""
