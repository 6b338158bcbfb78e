"""Turn alignment weights into spans; arrays only."""
