"""Turn token vectors into alignment weights; arrays only."""
