"""Hold the installed encoder whose tokens are points of a concept space."""

from importlib.resources import files
from pathlib import Path

import pytest
import torch

from projector import models
from projector.concepts.token_concepts import TokenConcepts, has_views
from projector.models.catalogue import CONCEPTS, find_entry
from projector.models.edge_model import EDGES_FILE
from projector.settings import DEFAULT_MODEL
from schemas.concept_training import ConceptTraining
from schemas.encoder_training import EncoderTraining
from schemas.validation import read_validated

FOLDER = files("projector.models") / "clinical_concepts"
TEXTS = (
    ("es", "Refiere dolor abdominal desde ayer.", "dolor abdominal", "R10"),
    ("en", "The patient was admitted with heart failure.", "heart failure", "I50"),
    ("it", "Ricoverato per infarto miocardico acuto.", "infarto miocardico acuto", "I21"),
    ("nl", "Patiënt met koorts en hoesten.", "koorts", "R50"),
    ("sv", "Dyspné och bröstsmärta sedan igår.", "Dyspné", "R06"),
    ("ro", "Pacient cu infarct miocardic acut.", "infarct miocardic acut", "I21"),
    ("cs", "Pacient s horečkou a kašlem.", "horečkou", "R50"),
)


@pytest.fixture(scope="module")
def encoder():
    return TokenConcepts.load(CONCEPTS, device="cpu")


@pytest.mark.parametrize(("language", "text", "words", "category"), TEXTS)
def test_mentions_of_all_languages_lie_where_their_concepts_do(
    encoder, language, text, words, category
):
    tokens = encoder.tokenize(text)
    start, end = text.index(words), text.index(words) + len(words)
    inside = [row for row, (a, b) in enumerate(tokens.offsets.tolist()) if start <= a < b <= end]
    (first, *_), _ = encoder.nearest_to_mention(encoder.points(tokens)[inside], 1)
    assert encoder.concepts["code"][first].startswith(category), language


def test_aligning_by_it_is_aligning_by_the_default(encoder):
    assert has_views(CONCEPTS) and not has_views(DEFAULT_MODEL)
    default = find_entry(DEFAULT_MODEL).folder
    assert default is not None
    assert (FOLDER / EDGES_FILE).read_bytes() == (default / EDGES_FILE).read_bytes()
    own, its = (
        models.load(name, precision="fp32", device="cpu") for name in (DEFAULT_MODEL, CONCEPTS)
    )
    assert own.view == its.view
    text = own.tokenize("Paciente con fiebre.")
    assert torch.equal(own.encode([text])[0], its.encode([text])[0])


def test_its_concepts_have_names_and_codes_of_their_own(encoder):
    table = encoder.concepts
    assert table["code"].is_unique().all() and table["name"].str.len_chars().min() > 0
    assert table.height > 10_000 and len(encoder.views.concepts) == table.height


def test_it_is_small_and_says_how_it_was_made():
    assert sum(len(file.read_bytes()) for file in FOLDER.iterdir()) < 7_000_000
    training = read_validated(Path(str(FOLDER / "training.toml")), EncoderTraining)
    assert training.encoder.model == DEFAULT_MODEL and training.encoder.kept_layers is None
    space = read_validated(Path(str(FOLDER / "space.toml")), ConceptTraining)
    card = (FOLDER / "README.md").read_text(encoding="utf-8")
    used = [path.stem for one in training.mentions if (path := one.gold or one.pairs)]
    used += [one.sentences.stem for one in training.pairs if one.sentences]
    used += [path.stem for path in (*space.terms, space.codes) if path]
    assert used and all(stem.split("_es-")[0] in card for stem in used)
    assert all(one.exclude for one in training.mentions)


def test_what_ends_without_a_mark_is_read_as_if_it_had_one(encoder):
    bare, ended = (encoder.tokenize(text) for text in ("dolor torácico", "dolor torácico."))
    points = encoder.points(bare)
    assert torch.equal(points, encoder.points(ended)[: len(bare)])
    (first, *_), _ = encoder.nearest_to_mention(points, 1)
    assert encoder.concepts["code"][first] == "R07.4"
    several = encoder.tokenize("Antecedentes\nTiene tos.\n\nhta y diabetes\n")
    one, *others = encoder.points_of([several, bare, encoder.tokenize("")])
    assert len(one) == len(several) and torch.equal(one, encoder.points(several))
    assert torch.equal(others[0], points) and len(others[1]) == 0
