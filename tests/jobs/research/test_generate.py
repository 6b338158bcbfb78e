import json

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.research.synthetic.generate import FAULTS, main, sample_passages
from jobs.research.synthetic.passages import cut_passages, join_passages
from projector.cli import run
from projector.corpus import open_corpus, require_document
from projector.document import Document, Fragment, Mention
from projector.errors import CorpusError

WORD = st.sampled_from(["tos", "fiebre alta", "é", "🤒 y", "dolor"])
WORDS = st.lists(WORD, min_size=1, max_size=6)


@st.composite
def documents(draw, language):
    """A document of some lines; every other word is a mention, named by its line and place."""
    text, mentions = "", []
    for line in range(3):
        for place, word in enumerate(draw(WORDS)):
            if place % 2 == 0:
                where = (Fragment(len(text), len(text) + len(word)),)
                mentions.append(Mention(f"T{line}{place}", "SYMPTOM", where))
            text += word + " "
        text += draw(st.sampled_from(["\n", "\n\n", "\r\n"]))
    return Document("d", language, text, tuple(mentions))


def surfaces(document):
    return {mention.id: mention.surface(document.text) for mention in document.mentions}


@given(documents("es"), documents("en"), st.lists(st.integers(0, 2), min_size=1, max_size=5))
@settings(max_examples=200, deadline=None)
def test_units_keep_every_mention_and_its_words(spanish, english, choice):
    units = cut_passages({"es": spanish, "en": english})
    assert len(units) == 3
    for document in (spanish, english):
        found = {}
        for unit in units:
            passage = unit[document.language]
            for mention in passage.mentions:
                assert mention.id not in found
                found[mention.id] = mention.surface(passage.text)
        assert found == surfaces(document)
    joined = join_passages([units[number] for number in choice], "new", "es")
    ids = [mention.id for mention in joined["es"].mentions]
    assert ids == [f"T{number}" for number in range(1, len(ids) + 1)]
    originals = [m for number in choice for m in units[number]["es"].mentions]
    assert list(surfaces(joined["es"]).values()) == [
        surfaces(spanish)[mention.id] for mention in originals
    ]
    same = dict(zip(ids, (mention.id for mention in originals), strict=True))
    for id_, words in surfaces(joined["en"]).items():
        assert words == surfaces(english)[same[id_]]


def test_what_cannot_be_cut_surely_stays_whole():
    def document(language, text, start, end):
        mention = Mention("T1", "SYMPTOM", (Fragment(start, end),))
        return Document("d", language, text, (mention,))

    two, three = document("es", "tos\nfiebre", 0, 3), document("en", "cough\n\nfever\nno", 0, 5)
    assert len(cut_passages({"es": two, "en": three})) == 1  # another number of lines
    moved = document("en", "fever\ncough", 6, 11)
    assert len(cut_passages({"es": two, "en": moved})) == 1  # the mention is in another line
    across = document("es", "tos\nfiebre", 0, 10)
    assert len(cut_passages({"es": across, "en": moved})) == 1
    assert len(cut_passages({"es": two, "en": document("en", "cough\n\nfever\n", 0, 5)})) == 2


def make(out, *more):
    result = CliRunner().invoke(main, [str(out), "--target-language", "nl", *more])
    assert result.exit_code == 0, result.output
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*.*")}


@pytest.fixture
def samples(pytestconfig, monkeypatch):
    monkeypatch.chdir(pytestconfig.rootpath)


def test_the_samples_can_be_cut(samples, pytestconfig):
    units = sample_passages(pytestconfig.rootpath / "data_samples/brat", ["es", "en", "ro"])
    assert len(units) > 40
    assert sum(len(unit["es"].mentions) for unit in units) > 200


def test_a_document_depends_on_seed_and_number_alone(samples, tmp_path):
    small = make(tmp_path / "small", "--documents", "20")
    large = make(tmp_path / "large", "--documents", "50")
    own = {"generated.json"}
    assert {name: large[name] for name in small if name not in own} == {
        name: data for name, data in small.items() if name not in own
    }
    assert make(tmp_path / "again", "--documents", "20") == small
    assert make(tmp_path / "other", "--documents", "20", "--seed", "8") != small


def test_gold_is_true_and_scores_itself_perfectly(samples, tmp_path, capsys):
    make(tmp_path / "out", "--documents", "30")
    mentions = json.loads((tmp_path / "out/generated.json").read_text())["mentions"]
    for language in ("es", "nl"):
        corpus = open_corpus(tmp_path / "out" / language)
        found = [require_document(corpus.read(name)) for name in corpus.names]
        assert sum(len(document.mentions) for document in found) == mentions[language] > 100
    assert run(["evaluate", str(tmp_path / "out/nl"), str(tmp_path / "out/nl")]) == 0
    last = capsys.readouterr().out.splitlines()[-1].split()
    assert last[1] == "all" and last[2:8] == ["1.0000"] * 6


def test_faults_are_spread_listed_and_real(samples, tmp_path):
    out = tmp_path / "out"
    make(out, "--documents", "40", "--faults", "2")
    rows = [line.split("\t") for line in (out / "faults.tsv").read_text().splitlines()[1:]]
    assert sorted(kind for _, kind in rows) == sorted(FAULTS * 2)
    corpus, names = open_corpus(out / "es"), dict(rows)
    for name in corpus.names:
        kind, reading = names.get(name), corpus.read(name)
        if kind in ("undecodable", "out of range", "malformed"):
            with pytest.raises(CorpusError):
                require_document(reading)
            continue
        length = len(require_document(reading).text)
        assert (length == 0) == (kind == "empty") and (length >= 1_000_000) == (kind == "megabyte")
        assert (out / "nl" / f"{name}.txt").is_file() == (kind != "untranslated")


def test_mistakes_are_told(samples, tmp_path):
    def told(*arguments):
        result = CliRunner().invoke(main, [str(tmp_path / "out"), *arguments])
        assert result.exit_code != 0 and not (tmp_path / "out").exists()
        return f"{result.output}{result.exception}"

    assert "two like 1-4" in told("--paragraphs", "4-1")
    assert "6 faults don't go into 5 documents" in told("--documents", "5", "--faults", "1")
    assert "no gold here" in told("--from", str(tmp_path), "--set", "mozilla_es-en")
