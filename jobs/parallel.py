"""Read documents that exist in several languages at once, with gold mentions on every side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from jobs.gold import gold_sets, holds_word_links, read_pairs
from projector.corpus import pair_names, strictly
from projector.corpus.names import same_language
from projector.document import Document, DocumentPair, Mention
from projector.errors import ConfigurationError, CorpusError, Problem
from projector.languages import open_languages

Parallel = tuple[Document, ...]  # the source, then its translations; equal mention ids are one


@dataclass(frozen=True, slots=True)
class Gold:
    """Parallel documents.

    Args:
        languages: The source's, then the targets', as the user wrote them.
        documents: Each in all of these, in their order.
    """

    languages: tuple[str, ...]
    documents: tuple[Parallel, ...]


def read_parallel(
    path: Path, *, source: str, targets: Sequence[str] = (), sets: Collection[str] = ()
) -> Gold:
    """Read what is in all of the languages; what is missing in one of them is left out.

    Args:
        path: A folder of one corpus for each language, whose documents pair by name; or of gold
            as `jobs.gold` reads it, whose documents pair by their source text.
        source: The language that is projected from.
        targets: Those that are projected to; none: all that are there.
        sets: What names of gold sets begin with; none: all with the languages.

    Raises:
        CorpusError: No document is in all the languages; none has a mention; or something can't be read rightly.
        ConfigurationError: A target is named twice.
    """
    if sets or any(path.glob("*.jsonl")):
        found = _of_sets(path, sets, source)
    else:
        found = _of_folders(path, source)
    if not found:
        raise CorpusError(Problem(path, None, f"nothing here has {source} on one side"))
    chosen = [_same(target, found, path) for target in targets] or sorted(found)
    documents = _in_all([found[one] for one in chosen])
    languages = (source, *(targets or chosen))
    if len(set(chosen)) < len(chosen):
        raise ConfigurationError(f"a target language is named twice: {', '.join(targets)}")
    if not documents:
        raise CorpusError(Problem(path, None, f"no document is in all of {', '.join(languages)}"))
    if not any(source_side.mentions for source_side, *_ in documents):
        raise CorpusError(Problem(path, None, f"no document in {source} has a mention"))
    return Gold(languages, tuple(_checked(one, languages, path) for one in documents))


# What is found: for each target language, pairs by what makes them the same document.
_Pairs = dict[object, DocumentPair]


def _of_folders(path: Path, source: str) -> dict[str, _Pairs]:
    corpora = {corpus.language: corpus for corpus in open_languages(path, labels={})}
    own = corpora.pop(_same(source, corpora, path))
    documents = {name: strictly(own.read(name)) for name in own.names}
    found: dict[str, _Pairs] = {}
    for language, corpus in corpora.items():
        pairs = pair_names(own.names, corpus.names).pairs
        found[language] = {
            name: DocumentPair(documents[name], strictly(corpus.read(other)))
            for name, other in pairs
        }
    return found


def _of_sets(path: Path, sets: Collection[str], source: str) -> dict[str, _Pairs]:
    known = gold_sets(path)
    for beginning in sets:
        if not any(name.startswith(beginning) for name in known):
            expected = f"one of {', '.join(known)}"
            raise CorpusError(Problem(path, None, f"there is no set {beginning}", expected))
    found: dict[str, _Pairs] = {}
    for name, file in known.items():
        if (sets and not name.startswith(tuple(sets))) or holds_word_links(file):
            continue
        # A text occurs once for each label, with mentions of that label alone.
        times: Counter[str] = Counter()
        for pair in read_pairs(file):
            if same_language(pair.target.language, source):
                pair = DocumentPair(pair.target, pair.source)
            elif not same_language(pair.source.language, source):
                continue
            text = pair.source.text
            times[text] += 1
            of_target = found.setdefault(pair.target.language, {})
            of_target.setdefault((text, times[text]), pair)
    return found


def _same(language: str, known: Iterable[str], path: Path) -> str:
    """Return the known code of a language."""
    codes = list(known)
    for code in codes:
        if same_language(code, language):
            return code
    raise CorpusError(Problem(path, None, f"nothing is in {language}", " or ".join(sorted(codes))))


def _in_all(targets: Sequence[_Pairs]) -> list[Parallel]:
    if not targets:
        return []
    return [
        joined([pairs[key] for pairs in targets])
        for key in targets[0]
        if all(key in pairs for pairs in targets)
    ]


def joined(pairs: Sequence[DocumentPair]) -> Parallel:
    """Make one parallel document of pairs with the same source text.

    Where the pairs hold different mentions of it, those that all hold are kept. What a
    translation has beyond its source stays, under an id of its own.
    """
    first = pairs[0].source
    if all(pair.source.mentions == first.mentions for pair in pairs):
        ids = {mention.id: mention.id for mention in first.mentions}
        return (first, *(_renamed(pair, ids) for pair in pairs))
    places = [
        {(one.label, one.fragments): one.id for one in pair.source.mentions} for pair in pairs
    ]
    common = [key for key in places[0] if all(key in of_pair for of_pair in places)]
    mentions = tuple(Mention(f"T{n}", *key) for n, key in enumerate(common, start=1))
    targets = (
        _renamed(pair, {of_pair[key]: f"T{n}" for n, key in enumerate(common, start=1)})
        for pair, of_pair in zip(pairs, places, strict=True)
    )
    # Annotations are about the mentions of one pair: they stay behind.
    return (replace(first, mentions=mentions, annotations=()), *targets)


def _renamed(pair: DocumentPair, ids: Mapping[str, str]) -> Document:
    """Return the target with the source's ids, without mentions of which the source lost its."""
    target = pair.target
    known = {mention.id for mention in pair.source.mentions}
    new = {
        one.id: ids.get(one.id, f"{one.id}@{target.language}")
        for one in target.mentions
        if one.id in ids or one.id not in known
    }
    mentions = (replace(one, id=new[one.id]) for one in target.mentions if one.id in new)
    return replace(target, mentions=tuple(mentions), annotations=())


def _checked(documents: Parallel, languages: Sequence[str], path: Path) -> Parallel:
    """Return the documents under the user's languages, held against their texts."""
    for document in documents:
        for mention in document.mentions:
            if mention.end > len(document.text):
                found = (
                    f"{mention.id} of {document.language} {document.name} ends at {mention.end}, "
                    f"its text at {len(document.text)}"
                )
                raise CorpusError(Problem(path, None, found, "mentions within their text"))
    pairs = zip(documents, languages, strict=True)
    return tuple(replace(document, language=language) for document, language in pairs)
