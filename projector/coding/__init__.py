"""Code mentions: find the codes of a list that a mention means (ICD-10 and its like)."""
