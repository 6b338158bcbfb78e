"""Post-train an encoder, so that each token lies where a concept space says it should."""
