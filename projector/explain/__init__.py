"""Why a mention went where it went: read off the same flow that projected it."""

from projector.explain.links import TokenLinks
from projector.explain.mention import Explanation, JudgedSpan, explain_mention, mention_rivals
from projector.explain.rivals import RankedCandidate, Rivals

__all__ = [
    "Explanation",
    "JudgedSpan",
    "RankedCandidate",
    "Rivals",
    "TokenLinks",
    "explain_mention",
    "mention_rivals",
]
