"""Show what came of a run: its figures, and the page that draws them."""
