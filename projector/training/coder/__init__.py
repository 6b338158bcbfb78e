"""Train what finds codes and what reorders them."""
