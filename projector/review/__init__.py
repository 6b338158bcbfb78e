"""Let people look at what a run projected, and correct it: a page, and a server that saves."""
