"""Read a corpus with the mentions that a tagger finds in place of its own."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from projector.corpus.reading import Reading
from projector.corpus.text_only import TextOnlyCorpus
from projector.errors import Problem

if TYPE_CHECKING:
    from projector.corpus.corpus import Corpus
    from projector.document import Mention
    from projector.tagging.tagger import Tagger


@dataclass(frozen=True, slots=True)
class TaggedCorpus:
    """A corpus as a tagger annotates it; each document is tagged once; see `Readable`.

    Args:
        corpus: Whose texts are taken; its annotations, and their faults, play no part.
        tagger: Finds the mentions.
    """

    corpus: Corpus
    tagger: Tagger
    _mentions: dict[str, tuple[Mention, ...]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the documents' names."""
        return self.corpus.names

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Return what is wrong with the corpus as a whole."""
        return self.corpus.problems

    def read(self, name: str) -> Reading:
        """Read a document's text and tag it."""
        reading = TextOnlyCorpus(self.corpus).read(name)
        if reading.document is None:
            return reading
        if name not in self._mentions:
            self._mentions[name] = self.tagger.tag(reading.document).mentions
        return Reading(replace(reading.document, mentions=self._mentions[name]))

    def counts(self) -> dict[str, int]:
        """Return how many mentions of each type were found so far."""
        counts = dict.fromkeys(self.tagger.types, 0)
        for mentions in self._mentions.values():
            for mention in mentions:
                counts[mention.label] += 1
        return counts
