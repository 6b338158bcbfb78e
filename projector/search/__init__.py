"""Search texts by meaning: which sentences or documents match a query, token by token."""
