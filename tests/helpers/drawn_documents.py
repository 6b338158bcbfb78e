"""Documents that hypothesis draws, each as its format can hold them."""

from dataclasses import replace

from hypothesis import strategies as st

from projector.document import Annotation, Document, Fragment, Mention

# What line ends, quotes and marks do to a format is where it breaks.
characters = st.one_of(
    st.sampled_from("ab \t\n\r\"'\xa0\u2028\u2029\x85\x0b\x0c\ufeff\u0301é😷\u200d"),
    st.characters(exclude_categories=["Cs"]),
)
words = st.text(st.sampled_from("abÑ-_1"), min_size=1, max_size=5)
values = st.text(characters, max_size=8).filter(lambda v: "\n" not in v and not v.endswith("\r"))


@st.composite
def brat_documents(draw: st.DrawFn) -> Document:
    """Draw documents as BRAT can hold them."""
    text = draw(st.text(characters, min_size=1, max_size=40))
    offsets = st.integers(0, len(text))
    mentions = []
    for number in range(draw(st.integers(0, 4))):
        edges = sorted(draw(st.lists(offsets, min_size=2, max_size=6, unique=True)))
        edges = edges[: len(edges) // 2 * 2]
        fragments = tuple(map(Fragment, edges[::2], edges[1::2]))
        mentions.append(Mention(f"T{number + 1}", draw(words), fragments))
    ids = [mention.id for mention in mentions]
    annotations = []
    for number in range(draw(st.integers(0, 4)) if ids else 0):
        kind = draw(st.sampled_from("RAN#*E"))
        targets = draw(st.lists(st.sampled_from(ids), min_size=2, max_size=2))
        label, value = draw(words), draw(st.none() | values)
        if kind in "RE":
            arguments = (("Arg1", targets[0]), ("Arg2", targets[1]))
            if kind == "E":
                arguments = ((label, targets[0]), arguments[1])[: draw(st.integers(1, 2))]
            names = {"R": "relation", "E": "event"}
            one = Annotation(f"{kind}{number}", names[kind], label, arguments, value)
        elif kind == "*":
            arguments = tuple(("", target) for target in targets)
            one = Annotation("*", "equivalence", label, arguments, value)
        elif kind == "N":
            value = f"HPO:{draw(words)}" + (f"\t{value}" if value else "")
            one = Annotation(f"N{number}", "normalization", label, (("", targets[0]),), value)
        else:
            name = "note" if kind == "#" else "attribute"
            one = Annotation(f"{kind}{number}", name, label, (("", targets[0]),), value)
        annotations.append(one)
        ids += [one.id] if kind not in "*" else []
    return Document("doc", "und", text, tuple(mentions), tuple(annotations))


@st.composite
def table_documents(draw: st.DrawFn) -> Document:
    """Draw documents with continuous mentions and notes, as a table can hold them."""
    text = draw(st.text(characters, min_size=1, max_size=40))
    names = st.text(st.sampled_from("abÑ-_1. "), min_size=1, max_size=5).map(lambda one: f"x{one}x")
    spans = draw(st.lists(st.lists(st.integers(0, len(text)), min_size=2, max_size=2, unique=True)))
    fragments = sorted(Fragment(*sorted(span)) for span in spans)
    mentions = tuple(
        Mention(f"T{number}", "X", (fragment,)) for number, fragment in enumerate(fragments, 1)
    )
    notes = st.text(characters, max_size=8).filter(bool) | st.none()
    drawn = [(one, draw(notes)) for one in mentions]
    said = tuple(
        Annotation(f"#{number}", "note", "AnnotatorNotes", (("", mention.id),), note)
        for number, (mention, note) in enumerate(((m, n) for m, n in drawn if n), 1)
    )
    return Document(draw(names), "und", text, mentions, said)


@st.composite
def described_documents(draw: st.DrawFn) -> Document:
    """Draw documents with a code, a note and attributes on mentions, as columns can hold them."""
    document = draw(table_documents())
    names = draw(st.lists(words.map(lambda word: f"is_{word}"), max_size=2, unique=True))
    filled = st.text(characters, min_size=1, max_size=8)
    said = list(document.annotations)
    for mention in document.mentions:
        about = (("", mention.id),)
        if draw(st.booleans()):
            value = f"code:{draw(words)}"
            said.append(Annotation(f"N{len(said)}", "normalization", "Reference", about, value))
        for name in draw(st.sets(st.sampled_from(names))) if names else ():
            said.append(Annotation(f"A{len(said)}", "attribute", name, about, draw(filled)))
    return replace(document, annotations=tuple(said))
