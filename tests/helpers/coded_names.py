"""A small list of codes in two languages, as coders are trained on."""

from projector.coding.code_list import make_list

ROWS = [
    ("E11.0", "es", "Diabetes mellitus tipo 2, con coma"),
    ("E11.0", "en", "Type 2 diabetes mellitus: with coma"),
    ("E11.9", "es", "Diabetes mellitus tipo 2, no especificada"),
    ("E11.9", "en", "Type 2 diabetes mellitus without complications"),
    ("I10", "es", "Hipertensión arterial"),
    ("I10", "en", "Essential hypertension"),
    ("I10", "en", "Arterial hypertension"),
    ("R05", "es", "Tos"),
]
CODES = make_list("test", ROWS)
