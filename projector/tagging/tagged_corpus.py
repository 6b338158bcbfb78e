"""Read a corpus with the mentions that a tagger finds in place of its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from projector.corpus.reading import Reading
from projector.corpus.text_only import TextOnlyCorpus
from projector.errors import Notice, Problem
from projector.tagging.sure_mentions import scoring_at_least

if TYPE_CHECKING:
    from projector.corpus.corpus import Corpus
    from projector.document import Annotation, Mention
    from projector.tagging.tagger import Tagger


@dataclass(frozen=True, slots=True)
class TaggedCorpus:
    """A corpus as a tagger annotates it; each document is tagged once. See `Corpus`.

    Args:
        corpus: Whose texts are taken; its annotations, and their faults, play no part.
        tagger: Finds the mentions.
        min_score: Mentions with a lower score are left out.
        scored: Whether a note on each mention tells its score.
    """

    corpus: Corpus
    tagger: Tagger
    min_score: float = 0.0
    scored: bool = True
    _tagged: dict[str, tuple[tuple[Mention, ...], tuple[Annotation, ...]]] = field(
        default_factory=dict
    )
    _left_out: dict[str, int] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """Return where it is."""
        return self.corpus.path

    @property
    def format(self) -> str:
        """Return what it is."""
        return self.corpus.format

    @property
    def language(self) -> str:
        """Return its language."""
        return self.corpus.language

    @property
    def names(self) -> tuple[str, ...]:
        """Return the documents' names."""
        return self.corpus.names

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Return what is wrong with the corpus as a whole."""
        return self.corpus.problems

    @property
    def notices(self) -> tuple[Notice, ...]:
        """Return what should be known of the corpus as a whole."""
        return self.corpus.notices

    @property
    def labels(self) -> Mapping[str, str]:
        """Return the new names of labels."""
        return self.corpus.labels

    @property
    def text_folders(self) -> tuple[Path, ...]:
        """Return where its texts are."""
        return self.corpus.text_folders

    def read(self, name: str) -> Reading:
        """Read a document's text and tag it."""
        reading = TextOnlyCorpus(self.corpus).read(name)
        if reading.document is None:
            return reading
        if name not in self._tagged:
            found = self.tagger.tag(reading.document)
            tagged = scoring_at_least(found, self.min_score)
            self._left_out[name] = len(found.mentions) - len(tagged.mentions)
            self._tagged[name] = (tagged.mentions, tagged.annotations if self.scored else ())
        mentions, annotations = self._tagged[name]
        return Reading(replace(reading.document, mentions=mentions, annotations=annotations))

    def text(self, name: str) -> str:
        """Return a document's text."""
        return self.corpus.text(name)

    def only(self, names: Collection[str]) -> TaggedCorpus:
        """Return some of its documents."""
        return replace(self, corpus=self.corpus.only(names), _tagged={}, _left_out={})

    def in_language(self, language: str) -> TaggedCorpus:
        """Return the same documents under another name of their language."""
        return replace(self, corpus=self.corpus.in_language(language), _tagged={}, _left_out={})

    def counts(self) -> dict[str, int]:
        """Return how many mentions of each type were found so far."""
        counts = dict.fromkeys(self.tagger.types, 0)
        for mentions, _ in self._tagged.values():
            for mention in mentions:
                counts[mention.label] += 1
        return counts

    @property
    def left_out(self) -> int:
        """Return how many mentions found so far are left out, for their scores."""
        return sum(self._left_out.values())
