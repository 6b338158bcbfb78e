"""Colour labels in the tools that show them."""

from __future__ import annotations

# Okabe and Ito's, which are told apart whoever can't tell red from green.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#999999")
