"""Hold what a generated collection promises: the same from a seed, true offsets, real faults."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from jobs.generate import FAULTS, MARK, generate, main
from jobs.parallel import read_parallel
from jobs.poison import LONG_BYTES, Fault, spread
from jobs.recipe import Recipe
from jobs.units import cut
from projector import project_corpus
from projector.corpus import open_corpus, strictly
from projector.document import Document, Fragment, Mention
from projector.errors import ConfigurationError, CorpusError, OutputError
from projector.evaluate import score_table
from projector.scoring import score_paths

SAMPLES = Path(__file__).parents[1] / "data_samples" / "brat"


@pytest.fixture(scope="module")
def recipe():
    gold = read_parallel(SAMPLES, source="es", targets=["en", "ro"])
    units = tuple(unit for sides in gold.documents for unit in cut(sides))
    return Recipe(units, gold.languages)


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def read_all(folder):
    corpus = open_corpus(folder, labels={})
    return {name: strictly(corpus.read(name)) for name in corpus.names}


@pytest.fixture(scope="module")
def collection(recipe, tmp_path_factory):
    folder = tmp_path_factory.mktemp("generated") / "collection"
    generate(folder, recipe, documents=60)
    return folder


@pytest.fixture(scope="module")
def spoiled(recipe, tmp_path_factory):
    folder = tmp_path_factory.mktemp("generated") / "spoiled"
    generate(folder, recipe, documents=60, faults=2)
    return folder


def test_what_is_written_reads_back_exactly(collection, recipe):
    # The reader holds every mention against its text.
    sources = read_all(collection / "es")
    assert len(sources) == 60
    for language in ("en", "ro"):
        bare = read_all(collection / language)
        for name, gold in read_all(collection / "gold" / language).items():
            assert gold.text == bare[name].text
            assert not bare[name].mentions
            assert gold.mentions
    for number, (name, source) in enumerate(sources.items(), start=1):
        made = recipe.document(number)[0]
        assert (made.name, made.text, made.mentions) == (name, source.text, source.mentions)


def test_equal_ids_are_the_same_mention_in_every_language(collection):
    words = set()
    known = {
        (source.surface(one[0].text), other.surface(one[1].text))
        for one in read_parallel(SAMPLES, source="es", targets=["en"]).documents
        for source in one[0].mentions
        for other in one[1].mentions
        if other.id == source.id
    }
    gold = read_all(collection / "gold" / "en")
    for name, source in read_all(collection / "es").items():
        of_target = {one.id: one for one in gold[name].mentions}
        assert of_target.keys() <= {one.id for one in source.mentions}
        words |= {
            (one.surface(source.text), of_target[one.id].surface(gold[name].text))
            for one in source.mentions
            if one.id in of_target
        }
    assert words <= known
    assert len(words) > len(known) / 2


def test_all_kinds_of_annotations_come_along(collection):
    kinds = {one.kind for each in read_all(collection / "es").values() for one in each.annotations}
    assert kinds == {"attribute", "relation", "event", "note", "normalization", "equivalence"}


def test_the_gold_scores_one_against_itself(collection):
    gold = collection / "gold"
    for path in (gold, gold / "ro"):
        rows = score_table(score_paths(path, path).comparison)
        assert {row.scores.strict.f1 for row in rows} == {1.0}


def test_a_run_is_scored_against_the_gold(recipe, tmp_path):
    generate(tmp_path / "made", recipe, documents=4)
    targets = [tmp_path / "made" / language for language in ("en", "ro")]
    project_corpus(tmp_path / "made" / "es", targets, tmp_path / "out", model="tiny")
    scored = score_paths(tmp_path / "made" / "gold", tmp_path / "out")
    assert scored.languages == ("en", "ro")
    assert not scored.remarks
    assert score_table(scored.comparison)[-1].scores.strict.f1 > 0.3  # it encodes letters alone


def test_the_same_seed_gives_the_same_bytes_and_another_others(collection, recipe, tmp_path):
    generate(tmp_path / "again", recipe, documents=60)
    assert contents(tmp_path / "again") == contents(collection)
    other = Recipe(recipe.units, recipe.languages, seed=8)
    assert other.document(1)[0].text != recipe.document(1)[0].text


def test_what_a_seed_gives_stays_the_same_in_every_release():
    # A benchmark of a year ago and one of today are of the same documents.
    text = "\n".join("abcdefgh")
    mentions = tuple(Mention(f"T{n}", "X", (Fragment(n, n + 1),)) for n in (2, 4))
    units = cut([Document("d", "es", text, mentions), Document("d", "en", text)])
    lines = Recipe(units, ("es", "en"))
    found = ["".join(lines.document(number)[0].text.split()) for number in (1, 2, 30_000)]
    assert found == ["bdcg", "bc", "b"]


def test_a_small_collection_is_the_beginning_of_a_large_one(collection, recipe, tmp_path):
    generate(tmp_path / "small", recipe, documents=9)
    small, large = contents(tmp_path / "small"), contents(collection)
    assert small.pop(MARK) != large.pop(MARK)
    assert small == {path: large[path] for path in small}
    assert len(small) == 9 * 8 + 1


def test_every_document_has_a_mention_and_as_many_paragraphs_as_asked_for(recipe):
    two = Recipe(recipe.units, recipe.languages, paragraphs=(2, 2))
    plain = {unit.parts[0].text.rstrip("\r\n") for unit in recipe.units}
    for number in range(1, 50):
        source = two.document(number)[0]
        assert source.mentions
        assert sum(source.text.startswith(text) for text in plain)
        assert sum(source.text.rstrip("\r\n").endswith(text) for text in plain)


def test_a_recipe_without_mentions_is_refused(recipe):
    units = cut([Document("d", "es", "hola"), Document("d", "en", "hi")])
    with pytest.raises(ValueError, match="no unit has a mention"):
        Recipe(units, ("es", "en"))


def listed(folder):
    header, *lines = (folder / FAULTS).read_text(encoding="utf-8").splitlines()
    assert header == "name\tfault\tlanguage"
    return [tuple(line.split("\t")) for line in lines]


def test_faults_are_listed_evenly_spread_and_leave_the_rest_as_it_is(spoiled, collection):
    faults = listed(spoiled)
    assert [fault for _, fault, _ in faults] == [*Fault, *Fault]
    assert [int(name[-6:]) for name, _, _ in faults] == list(range(3, 60, 5))
    names = {name for name, _, _ in faults}
    sound, before = contents(spoiled), contents(collection)
    for path in before.keys() - {MARK, FAULTS}:
        if Path(path).stem not in names:
            assert sound[path] == before[path]


@pytest.mark.parametrize("turn", [0, 1])
@pytest.mark.parametrize("fault", Fault)
def test_faults_are_real(spoiled, recipe, fault, turn):
    name, language = [(name, code) for name, kind, code in listed(spoiled) if kind == fault][turn]
    reading = open_corpus(spoiled / "es").read(name)
    gold = {code: spoiled / "gold" / code / f"{name}.ann" for code in ("en", "ro")}
    problems = [problem.found for problem in reading.problems]
    sound = recipe.document(int(name[-6:]))
    match fault:
        case Fault.UNDECODABLE:
            assert reading.document is None
            assert "is not UTF-8" in problems[0]
            assert not any(path.exists() for path in gold.values())
        case Fault.OUT_OF_RANGE | Fault.MALFORMED:
            expected = "outside the text" if fault is Fault.OUT_OF_RANGE else "not understood"
            assert len(problems) == 1
            assert expected in problems[0]
            assert reading.problems[0].mention_id == "T999999"
            assert reading.document.mentions == sound[0].mentions
            assert all(path.exists() for path in gold.values())
        case Fault.LONG:
            assert not problems
            assert LONG_BYTES <= len(reading.document.text.encode()) < 1.1 * LONG_BYTES
            assert len(strictly(open_corpus(spoiled / "gold" / "ro").read(name)).mentions) > 10_000
        case Fault.EMPTY:
            assert not problems
            assert reading.document == Document(name, "es", "")
            assert gold["en"].read_bytes() == b""
        case Fault.UNTRANSLATED:
            assert language == ("en", "ro")[turn]
            other = ("ro", "en")[turn]
            assert not gold[language].exists()
            assert not (spoiled / language / f"{name}.txt").exists()
            assert gold[other].exists()
    if fault is not Fault.UNTRANSLATED:
        assert language == "es"


def test_faults_are_spread_over_few_documents_too():
    assert sorted(spread(6, 1)) == [1, 2, 3, 4, 5, 6]
    assert spread(5, 0) == {}
    with pytest.raises(ValueError, match="6 faults need as many documents, not 5"):
        spread(5, 1)


def test_a_collection_appears_whole_or_not_at_all(recipe, tmp_path):
    mention = Mention("T1", "A B", (Fragment(0, 4),))
    sides = [Document("d", "es", "hola", (mention,)), Document("d", "en", "hi")]
    with pytest.raises(OutputError, match="'A B'"):
        generate(tmp_path / "new", Recipe(cut(sides), ("es", "en")), documents=3)
    with pytest.raises(ConfigurationError, match="ask for fewer faults or more documents"):
        generate(tmp_path / "new", recipe, documents=3, faults=1)
    assert not list(tmp_path.iterdir())


def write_set(folder, name, *rows):
    source, target = name.split("_")[1].split("-")
    made = (
        {
            "id": "x",
            "src_lang": source,
            "tgt_lang": target,
            "src_text": texts[0],
            "tgt_text": texts[1],
            "src_spans": [[*span, "X", id_] for id_, (span, _) in spans.items() if span],
            "tgt_spans": [[*span, "X", id_] for id_, (_, span) in spans.items() if span],
        }
        for texts, spans in rows
    )
    lines = "".join(f"{json.dumps(row)}\n" for row in made)
    (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")


def test_gold_sets_are_joined_by_their_source_text(tmp_path):
    # The second set does not know the mention b, and calls the others otherwise.
    first = {"1": ((0, 1), (4, 5)), "2": ((2, 3), (2, 3)), "3": ((4, 5), (0, 1)), "9": ((), (2, 5))}
    write_set(tmp_path, "one_es-en", (("a b c", "c b a"), first), (("alone", "alone"), {}))
    second = {"7": ((4, 5), (0, 1)), "1": ((0, 1), (2, 3))}
    write_set(tmp_path, "one_cs-es", (("c a", "a b c"), {k: v[::-1] for k, v in second.items()}))
    gold = read_parallel(tmp_path, source="es", targets=["en", "cz"])
    assert gold.languages == ("es", "en", "cz")
    ((source, english, czech),) = gold.documents
    assert [(one.id, one.surface(source.text)) for one in source.mentions] == [
        ("T1", "a"),
        ("T2", "c"),
    ]
    # What only the translation has stays gold: nothing may be lost to make figures better.
    assert [(one.id, one.surface(english.text)) for one in english.mentions] == [
        ("T1", "a"),
        ("T2", "c"),
        ("9@en", "b a"),
    ]
    assert [(one.id, one.surface(czech.text)) for one in czech.mentions] == [
        ("T2", "c"),
        ("T1", "a"),
    ]
    assert czech.language == "cz"


def test_a_single_set_is_taken_as_it_is(tmp_path):
    spans = {"1": ((0, 1), (4, 5)), "2": ((2, 3), ())}
    write_set(tmp_path, "one_es-en", (("a b c", "c b a"), spans), (("a b c", "c b a"), {}))
    write_set(tmp_path, "two_es-en", (("d", "d"), {}))
    gold = read_parallel(tmp_path, source="es", sets=["one"])
    assert gold.languages == ("es", "en")
    assert [len(source.mentions) for source, _ in gold.documents] == [2, 0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"source": "nl"}, "nothing here has nl on one side"),
        ({"targets": ["fr"]}, "nothing is in fr; expected en"),
        ({"targets": ["en", "en"]}, "named twice"),
        ({"sets": ["three"]}, "there is no set three; expected one of empty_es-en, "),
        ({"sets": ["empty"]}, "no document in es has a mention"),
        ({"sets": ["wrong"]}, "T1 of en 00000 ends at 5, its text at 1"),
    ],
)
def test_gold_that_can_t_be_used_is_refused(tmp_path, options, message):
    write_set(tmp_path, "one_es-en", (("a", "a"), {"1": ((0, 1), (0, 1))}))
    write_set(tmp_path, "empty_es-en", (("a", "a"), {}))
    write_set(tmp_path, "wrong_es-en", (("a", "a"), {"T1": ((0, 1), (0, 5))}))
    with pytest.raises((CorpusError, ConfigurationError), match=message):
        read_parallel(tmp_path, **{"source": "es", **options})


def test_the_command_makes_what_it_says(tmp_path):
    output = tmp_path / "collection"
    words = ["--documents", "12", "--from", SAMPLES, "--target-language", "cz", "--faults", "1"]
    done = CliRunner().invoke(main, [str(output), *map(str, words)], catch_exceptions=False)
    assert done.exit_code == 0
    assert done.stdout.startswith("12 documents in es, cz with ")
    assert sorted(path.name for path in output.iterdir()) == ["cz", "es", FAULTS, MARK, "gold"]
    assert json.loads((output / MARK).read_bytes())["faults"] == 6
    with pytest.raises(OutputError, match="exists already"):
        CliRunner().invoke(main, [str(output), *map(str, words)], catch_exceptions=False)
    words += ["--overwrite", "--paragraphs", "3"]
    done = CliRunner().invoke(main, [str(output), *map(str, words)], catch_exceptions=False)
    assert json.loads((output / MARK).read_bytes())["paragraphs"] == [3, 3]


@pytest.mark.parametrize("value", ["0", "4-1", "1-x", "-", ""])
def test_a_wrong_range_is_a_usage_error(tmp_path, value):
    words = [str(tmp_path / "x"), "--documents", "1", "--from", str(SAMPLES)]
    done = CliRunner().invoke(main, [*words, f"--paragraphs={value}"])
    assert done.exit_code == 2
    assert "like 2 or 1-4" in done.stderr
