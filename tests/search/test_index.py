"""Hold how an index is kept, and when it is refused."""

import json

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from viewed_encoders import write_viewed_encoder

from projector.concepts.token_concepts import TokenConcepts
from projector.document import Document
from projector.errors import ModelError, OutputError
from projector.search.encode import encoded, fingerprint_of
from projector.search.index import INDEX_FILE, VECTORS_FILE, TokenIndex, joined, text_hash
from projector.search.searcher import Searcher


def index_of(encoder, *texts):
    hashes = [text_hash(text) for text in texts]
    return joined(fingerprint_of(encoder), hashes, encoded(texts, encoder, {}))


def arrays_of(index):
    return [index.vectors, index.offsets, index.sentences, index.owner, index.starts]


def test_what_is_written_is_read(encoder, tmp_path):
    index = index_of(encoder, "el paciente tose. no hay dolor.", "", "la piel")
    index.write(tmp_path / "index")
    known = TokenIndex.read(tmp_path / "index")
    assert (known.model, known.texts) == (index.model, index.texts)
    for array, other in zip(arrays_of(known), arrays_of(index), strict=True):
        assert np.array_equal(array, other)
    assert known.vectors.dtype == np.float16
    again = tmp_path / "again"
    known.write(again)
    for file in again.iterdir():
        assert file.read_bytes() == (tmp_path / "index" / file.name).read_bytes()


def test_its_sentences_and_tokens_are_the_texts(encoder):
    text = "  el paciente tose.\nno hay dolor.\n"
    part = index_of(encoder, "", text, text).part(2)
    assert [text[start:end] for start, end in part.sentences.tolist()] == [
        "el paciente tose.",
        "no hay dolor.",
    ]
    second = part.offsets[part.starts[1] :]
    assert second[0, 0] == text.index("no") and second[-1, 1] == len(text) - 1


def test_a_text_has_the_same_vectors_whatever_is_beside_it(encoder):
    alone, among = index_of(encoder, "la piel"), index_of(encoder, "no hay dolor", "la piel")
    assert np.array_equal(alone.vectors, among.part(1).vectors)


def test_another_corpus_or_model_is_refused_and_made_anew(encoder, documents, tmp_path):
    folder = tmp_path / "index"
    seen = []

    def told(texts):
        seen.extend(texts)
        return iter(texts)

    def search(documents, **options):
        return Searcher.over(documents, encoder, index=folder, progress=told, **options)

    first = search(documents)
    assert len(seen) == 4
    assert np.array_equal(search(documents).index.vectors, first.index.vectors)
    assert len(seen) == 4
    more = [*documents, Document("e", "es", "la piel cede")]
    with pytest.raises(ModelError, match=r"1 text is new or changed\. Build it anew: --rebuild"):
        search(more)
    with pytest.raises(ModelError, match="1 text is no longer there"):
        search(documents[:-1])
    with pytest.raises(ModelError, match="named or ordered otherwise"):
        search(documents[::-1])
    anew = search(more, rebuild=True)
    assert seen[4:] == [text_hash("la piel cede")]
    assert np.array_equal(anew.index.vectors, index_of(encoder, *(d.text for d in more)).vectors)
    content = json.loads((folder / INDEX_FILE).read_text(encoding="utf-8"))
    (folder / INDEX_FILE).write_text(json.dumps({**content, "model": "other"}), encoding="utf-8")
    with pytest.raises(ModelError, match="made with another model"):
        search(more)
    search(more, rebuild=True)
    assert len(seen) == 10
    assert TokenIndex.read(folder).model == fingerprint_of(encoder)


def test_weights_of_the_views_tell_models_apart(encoder, checkpoints, tmp_path):
    other = write_viewed_encoder(checkpoints / "bert", tmp_path / "other", seed=1)
    other = TokenConcepts.load(other, device="cpu")
    assert fingerprint_of(other) != fingerprint_of(encoder)


@pytest.mark.parametrize("damage", ["cut", "lacks", "sizes", "infinite", "version", "no json"])
def test_a_damaged_index_is_told_and_can_be_made_anew(encoder, documents, tmp_path, damage):
    folder = tmp_path / "index"
    Searcher.over(documents, encoder, index=folder)
    vectors, said = folder / VECTORS_FILE, folder / INDEX_FILE
    arrays = load_file(vectors)
    if damage == "cut":
        vectors.write_bytes(vectors.read_bytes()[:-9])
    elif damage == "no json":
        said.write_text("{", encoding="utf-8")
    elif damage == "version":
        said.write_text('{"version": 2}', encoding="utf-8")
    else:
        if damage == "lacks":
            del arrays["starts"]
        elif damage == "sizes":
            arrays["owner"] = arrays["owner"][:-1]
        else:
            arrays["vectors"][0, 0] = np.inf
        save_file(arrays, vectors)
    with pytest.raises(ModelError, match=r"index\.(json|safetensors): "):
        Searcher.over(documents, encoder, index=folder)
    assert Searcher.over(documents, encoder, index=folder, rebuild=True).search("tos")


def test_another_folder_is_never_replaced(encoder, documents, tmp_path):
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match=r"holds no index\.json"):
        Searcher.over(documents, encoder, index=tmp_path, rebuild=True)
    assert (tmp_path / "mine.txt").exists()
