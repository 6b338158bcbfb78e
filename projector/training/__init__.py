"""Train aligners, taggers and the stages of coders: one loop, a task each."""
