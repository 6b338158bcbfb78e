"""Carry entity annotations from documents to their translations, with exact offsets."""
