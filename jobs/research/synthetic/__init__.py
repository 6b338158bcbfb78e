"""Write documents with mentions to try a collection on."""
