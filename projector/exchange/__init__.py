"""Carry documents to other annotation tools, and bring back what people corrected there."""
