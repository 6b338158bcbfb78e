"""Train an entity tagger on annotated documents."""
