"""Hold a space of concepts: what means the same lies near, and tokens can be looked up in it."""
