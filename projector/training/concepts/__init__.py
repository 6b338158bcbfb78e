"""Place concepts by their names and by what stands above them."""
