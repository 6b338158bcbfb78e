"""Say what texts, mentions and their spans mean, as concepts, and where source and target part."""
