"""Leave out what a tagger is unsure of."""

from __future__ import annotations

from dataclasses import replace

from projector.document import TAGGED_NOTE, Document, noted_scores, with_scores


def scoring_at_least(tagged: Document, least: float) -> Document:
    """Return a document less the mentions that its tagger scores lower, numbered anew.

    Args:
        tagged: As a tagger returns it: each mention with a note on its score.
        least: In [0, 1].
    """
    scores = noted_scores(tagged)
    kept = [one for one in tagged.mentions if scores[one.id] >= least]
    if len(kept) == len(tagged.mentions):
        return tagged
    mentions = tuple(replace(one, id=f"T{number}") for number, one in enumerate(kept, start=1))
    of_kept = {new.id: scores[old.id] for new, old in zip(mentions, kept, strict=True)}
    return with_scores(
        replace(tagged, mentions=mentions, annotations=()), of_kept, note=TAGGED_NOTE
    )
