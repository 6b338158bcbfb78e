"""State the contracts at rest: table schemas, the run's configuration and its manifest."""
