"""Three sentences with symptoms and diseases, of which small taggers learn."""

# Name, text, (start, end, type) of each mention.
TEXTS = [
    ("a", "fiebre alta y tos", [(0, 11, "SYMPTOM"), (14, 17, "SYMPTOM")]),
    ("b", "sin fiebre, con asma", [(4, 10, "SYMPTOM"), (16, 20, "DISEASE")]),
    ("c", "asma grave y tos", [(0, 10, "DISEASE"), (13, 16, "SYMPTOM")]),
]
