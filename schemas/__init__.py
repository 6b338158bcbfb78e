"""State the contracts at rest: table schemas, the run's configuration and its manifest.

What may change without a new version: a nullable column, or an option or a fact with a default,
is added. Readers take columns by name, treat a nullable one that is missing as null and pass over
those they don't know. Everything else (a name, a type, a meaning, an order that is promised) makes
a new version, which older readers refuse by name instead of misreading.
"""
