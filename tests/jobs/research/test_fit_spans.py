import json

from click.testing import CliRunner

from jobs.research.fit_spans import examples, fitted_names, main
from projector.document import Document, DocumentPair, Fragment, Mention
from projector.models import load

WORDS = ["fiebre", "tos", "dolor", "asma", "anemia", "edema", "disnea", "ictus"]


def write_gold(folder):
    rows = []
    for number, word in enumerate(WORDS):
        text = f"hoy {word} grave y nada"
        span = [[4, 4 + len(word) + 6, "X", "1"]]
        row = {"id": number, "src_lang": "es", "tgt_lang": "it", "src_text": text, "tgt_text": text}
        rows.append(json.dumps({**row, "src_spans": span, "tgt_spans": span}))
    (folder / "own_es-it.jsonl").write_text("\n".join(rows), encoding="utf-8")


def test_weights_are_fitted_on_one_fold_and_measured_on_the_other(tmp_path):
    write_gold(tmp_path)
    arguments = [str(tmp_path), "--set", "own", "--model", "tiny", "--model", "tiny"]
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert "own_es-it, present weights: strict" in result.output
    assert "own_es-it, fitted weights: strict 1.0000 character 1.0000" in result.output
    assert "recall " in result.output and "tagger" not in result.output


def test_there_are_two_folds(tmp_path):
    write_gold(tmp_path)
    arguments = [str(tmp_path), "--set", "own", *["--model", "tiny"] * 3]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2 and "there are 2 folds" in result.output


def test_a_mention_of_two_peaks_is_one_example():
    mention = Mention("T1", "X", (Fragment(6, 12),))
    source = Document("d", "es", "tos y fiebre alta", (mention,))
    right = Mention("T1", "X", (Fragment(13, 19),))
    target = Document("d", "it", "fiebre tos y fiebre alta", (right,))
    (example,) = examples("own", DocumentPair(source, target), load("tiny"))
    assert example.right is not None
    places = example.characters.tolist()
    assert [0, 6] in places and [13, 19] in places
    assert len({tuple(place) for place in places}) == len(places)
    assert "edges" not in fitted_names(tagger=True)
