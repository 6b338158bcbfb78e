"""Hold that damage to any file of a run's folder is found, and refused by what reads it."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from damaged_files import WAYS, files_of, swap

from projector.corpus.open import open_corpus
from projector.corpus.open_languages import open_languages
from projector.errors import CorpusError
from projector.evaluation.score_files import score_paths
from projector.run.configure import configure
from projector.run.project_corpus import run_configuration
from projector.run.reader import read_run
from projector.run.verify import verify_run
from projector.storage.hashes import file_hash
from projector.storage.run_files import check_tables, check_whole
from schemas.manifest import MANIFEST, Manifest
from schemas.seal import sealed_json

TEXTS = {
    "es/a.txt": "Fiebre alta y tos. Sin dolor.",
    "es/a.ann": "T1\tSYMPTOM 0 11\tFiebre alta\nT2\tDISEASE 14 17\ttos\nA1\tSure T2\n",
    "es/b.txt": "Tos.",
    "es/b.ann": "T1\tDISEASE 0 3\tTos\n#1\tNote T1\tseca\n",
    "es/c.txt": "Nada que ver.",
    "es/c.ann": "T1\tDISEASE 0 4\tNada\nA1\tSure T1\n",
    "en/a.txt": "High fever and cough. No pain.",
    "en/b.txt": "Cough.",
    "it/a.txt": "Febbre alta e tosse. Senza dolore.",
    "it/b.txt": "Tosse.",
    "it/c.txt": "Niente a che fare.",
}


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("verify")
    for name, content in TEXTS.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(content, encoding="utf-8")
    configuration = configure(root / "es", [root / "en", root / "it"], model="tiny")
    run_configuration(configuration, root / "out")
    return root


@pytest.fixture(scope="module")
def copied(root, tmp_path_factory) -> Path:
    """A copy that every test leaves as it was."""
    copy = tmp_path_factory.mktemp("copied") / "out"
    shutil.copytree(root / "out", copy)
    return copy


@contextmanager
def restored(folder: Path, *names: str) -> Iterator[None]:
    contents = {name: (folder / name).read_bytes() for name in names}
    try:
        yield
    finally:
        for name, content in contents.items():
            (folder / name).write_bytes(content)


def findings(folder: Path) -> list[str]:
    return list(map(str, verify_run(folder).findings))


def test_a_run_as_it_was_written_has_no_findings(root, copied):
    verified = verify_run(root / "out")
    assert (verified.findings, verified.remarks) == ([], [])
    assert verified.files == len(files_of(root / "out"))


@pytest.mark.promise("damage is noticed", "files of a run cut, flipped, emptied, gone, swapped")
@pytest.mark.parametrize("way", WAYS)
def test_damage_to_any_file_is_found_and_located(copied, way):
    names = files_of(copied)
    assert len({Path(name).suffix for name in names}) == 6  # json, parquet, tsv, txt, ann, conf
    for name in names:
        if way != "deleted" and not (copied / name).stat().st_size:
            continue  # an empty file has nothing to lose
        if "end" in way and Path(name).suffix not in (".parquet", ".json"):
            continue  # it has nothing of its own there
        with restored(copied, name):
            WAYS[way](copied / name)
            told = findings(copied)
            assert any(one.startswith(f"{copied / name}:") for one in told), (name, told)
            assert len(told) == 1, told
    assert not findings(copied)


@pytest.mark.promise("damage is noticed", "bits of the manifest flipped")
def test_a_bit_flipped_anywhere_in_the_manifest_is_refused(copied):
    content = (copied / MANIFEST).read_bytes()
    said = content.index(b'"written"')  # without it, it would be one of a version without hashes
    places = {*range(0, len(content), 37), *range(said, said + 11), *range(-95, 0)}
    with restored(copied, MANIFEST):
        for place in sorted(place % len(content) for place in places):
            flipped = bytes([content[place] ^ 1 << place % 7])
            (copied / MANIFEST).write_bytes(content[:place] + flipped + content[place + 1 :])
            with pytest.raises(CorpusError, match=r"manifest\.json"):
                read_run(copied)
                pytest.fail(f"byte {place}")


@pytest.mark.promise("damage is noticed", "files of a run cut, flipped, emptied, gone, swapped")
def test_two_files_that_are_swapped_are_both_found(copied):
    names = files_of(copied)
    for name, other in zip(names, [*names[1:], names[0]], strict=True):
        if (copied / name).read_bytes() == (copied / other).read_bytes():
            continue
        with restored(copied, name, other):
            swap(copied / name, copied / other)
            told = findings(copied)
            wanted = [MANIFEST] if MANIFEST in (name, other) else [name, other]
            for one in wanted:
                # Which BRAT file it is can't be told without the tables.
                places = (f"{copied / one}:", f"{(copied / one).parent}:")
                assert any(line.startswith(places) for line in told), (one, told)


def test_a_source_that_is_not_what_the_outcomes_say_is_found(root, tmp_path):
    out = copied_with(root / "out", tmp_path / "out", "source/documents", "text", "Tos.", "Fez.")
    copied_with(out, out, "source/mentions", "text", "Tos", "Fez")
    told = [str(one) for one in verify_run(out).findings]
    assert sum("b: T1 is said to be 'Tos'; expected 'Fez'" in one for one in told) == 2, told


def test_an_audit_that_is_not_of_the_runs_texts_is_found(root, tmp_path):
    sentence = pq.read_table(root / "out" / "sentences.parquet")["source_fragments"][0].as_py()
    beyond = [{"start": 0, "end": 99}]
    name, column = "sentences", "source_fragments"
    out = copied_with(root / "out", tmp_path / "out", name, column, sentence, beyond)
    told = [str(one) for one in verify_run(out).findings]
    assert told and all("a sentence ends at 99; expected" in one for one in told), told
    words = pq.read_table(out / "audit.parquet")["target_text"].to_pylist()
    (first, *_) = filter(None, words)
    again = copied_with(root / "out", tmp_path / "again", "audit", "target_text", first, "else")
    told = [str(one) for one in verify_run(again).findings]
    assert told and all("is said to be 'else'" in one for one in told), told


def copied_with(run: Path, copy: Path, name: str, column: str, old: object, new: object) -> Path:
    """Copy a run with other values in a table, and the manifest as if it had been written so."""
    if run != copy:
        shutil.copytree(run, copy)
    path = copy / f"{name}.parquet"
    table = pq.read_table(path)
    values = [new if value == old else value for value in table[column].to_pylist()]
    field = table.schema.field(column)
    changed = table.set_column(
        table.schema.names.index(column), field, pa.array(values, field.type)
    )
    pq.write_table(changed, path)
    manifest = json.loads((copy / MANIFEST).read_text())
    facts = {"size": path.stat().st_size, "sha256": file_hash(path)}
    manifest["written"]["files"][f"{name}.parquet"] = facts
    sealed = Manifest.model_validate({**manifest, "sha256": None})
    (copy / MANIFEST).write_text(sealed_json(sealed))
    return copy


def test_what_the_run_did_not_write_is_named(copied):
    strange = ["notes.md", "brat/en/d.ann", "brat/en/tools.conf", "projections/en/.hidden"]
    for name in strange:
        (copied / name).write_text("x", encoding="utf-8")
    told = findings(copied)
    for name in strange:
        assert any(one.startswith(f"{copied / name}: it is none of the") for one in told), told
        (copied / name).unlink()
    assert len(told) == len(strange)


# What reads which files; a damaged one must not pass.
READERS: dict[str, tuple[Callable[[Path], object], str]] = {
    "submit": (lambda out: read_run(out).check_submission(), r"manifest\.json|tsv/.*"),
    "evaluate": (
        lambda out: score_paths(out, out),
        r"manifest\.json|projections/.*",
    ),
    "evaluate BRAT": (
        lambda out: score_paths(out / "brat" / "it", out / "brat" / "it"),
        r"manifest\.json|brat/it/.*\.(txt|ann)",
    ),
    "evaluate a table": (
        lambda out: score_paths(out / "tsv" / "it_disease.tsv", out),
        r"manifest\.json|tsv/it_disease\.tsv|projections/.*",
    ),
    "a corpus": (
        lambda out: open_corpus(out, language="en"),
        r"manifest\.json|(documents|mentions|annotations)\.parquet",
    ),
    "corpora": (open_languages, r"manifest\.json|(documents|mentions|annotations)\.parquet"),
    "the run's corpus": (
        lambda out: read_run(out).corpus("en"),
        r"manifest\.json|(documents|mentions|annotations)\.parquet",
    ),
    "going on": (check_whole, r"manifest\.json|[^/]*\.(parquet|tsv)|projections/.*"),
}


@pytest.mark.promise("damage is noticed", "files of a run cut, flipped, emptied, gone, swapped")
@pytest.mark.parametrize("reader", READERS)
def test_what_reads_a_damaged_file_refuses_it_and_names_it(copied, reader):
    read, pattern = READERS[reader]
    names = [name for name in files_of(copied) if re.fullmatch(pattern, name)]
    assert len(names) > 2
    read(copied)
    for name in names:
        for way, damage in WAYS.items():
            if way != "deleted" and not (copied / name).stat().st_size:
                continue
            with restored(copied, name):
                damage(copied / name)
                with pytest.raises(CorpusError) as raised:
                    read(copied)
                    pytest.fail(f"{name} {way}")
                told = str(raised.value)
                if way == "deleted" and name == MANIFEST:
                    assert f"{copied}" in told and MANIFEST in told
                elif name.startswith("brat/"):
                    assert f"{(copied / name).parent}: its .txt and .ann" in told
                else:
                    assert str(copied / name) in told


def test_the_message_tells_sizes_hashes_and_what_to_do(copied):
    name = "documents.parquet"
    size = (copied / name).stat().st_size
    with restored(copied, name):
        WAYS["cut in half"](copied / name)
        with pytest.raises(CorpusError) as raised:
            check_tables(copied)
        assert f"it has {size // 2} bytes; expected {size} bytes with SHA-256" in str(raised.value)
        assert "run it again" in str(raised.value)
    with restored(copied, name):
        WAYS["a bit flipped"](copied / name)
        with pytest.raises(CorpusError, match=rf"it has {size} bytes with SHA-256 \w{{64}}; exp"):
            check_tables(copied)


def test_what_is_corrected_by_hand_is_taken_when_that_is_said(copied):
    annotated = copied / "brat" / "it" / "b.ann"
    with restored(copied, "brat/it/b.ann"):
        annotated.write_text("T1\tDISEASE 0 5\tTosse\n", encoding="utf-8")
        with pytest.raises(CorpusError, match=r"brat/it: its \.txt and \.ann .*\n.*--edited"):
            score_paths(copied.parent / "nowhere", copied / "brat" / "it")
        scored = score_paths(copied / "brat" / "it", copied, language="it", edited=True)
        assert any("taken as edited" in remark for remark in scored.remarks)
        (told,) = findings(copied)
        assert told.startswith(f"{annotated}: it was cut or changed") and "--edited" in told
    table = "tsv/it_disease.tsv"
    with restored(copied, table):
        (copied / table).write_bytes((copied / table).read_bytes().splitlines(True)[0])
        with pytest.raises(CorpusError, match="it_disease"):
            read_run(copied).check_submission()
        (remark,) = read_run(copied).check_submission(edited=True)
        assert "it_disease.tsv: it was cut or changed" in remark


def test_what_brat_is_to_show_is_anybodys_to_change(copied):
    name = "brat/it/annotation.conf"
    with restored(copied, name):
        (copied / name).write_bytes(b"[entities]\nMINE\n")
        score_paths(copied / "brat" / "it", copied, language="it")
        (told,) = findings(copied)
        assert told.startswith(f"{copied / name}: it was cut or changed")


def test_scores_as_version_0_1_0_noted_them_are_its_scores(copied):
    manifest = json.loads((copied / MANIFEST).read_text())
    older = {key: manifest[key] for key in manifest if key not in ("written", "sha256")}
    (name,) = (one for one in files_of(copied) if one.endswith("it/b.ann"))
    with restored(copied, MANIFEST, name):
        (copied / MANIFEST).write_text(json.dumps(older), encoding="utf-8")
        content = (copied / name).read_bytes()
        former = re.sub(
            rb"\tProjectionScore (T1)\t", rb"\tAnnotatorNotes \1\tprojection score ", content
        )
        assert former != content
        (copied / name).write_bytes(former)
        assert not verify_run(copied).findings
        (copied / name).write_bytes(former.replace(b"score 0.", b"score 1."))
        assert verify_run(copied).findings


def test_a_run_of_a_version_that_did_not_hash_is_read_and_its_contents_are_verified(copied):
    manifest = json.loads((copied / MANIFEST).read_text())
    older = {key: manifest[key] for key in manifest if key not in ("written", "sha256")}
    with restored(copied, MANIFEST, "tsv/it_disease.tsv", "brat/it/b.txt", "failed.tsv"):
        (copied / MANIFEST).write_text(json.dumps(older), encoding="utf-8")
        verified = verify_run(copied)
        assert not verified.findings and "did not hash" in verified.remarks[0]
        for name, old, new in (
            ("tsv/it_disease.tsv", b"Tosse", b"Tessa"),
            ("failed.tsv", b"reason", b"reason\nit\tx\ty"),
        ):
            content = (copied / name).read_bytes()
            (copied / name).write_bytes(content.replace(old, new))
        told = findings(copied)
        assert any("it_disease.tsv: b: DISEASE" in one and "'Tessa'" in one for one in told), told
        assert any("failed.tsv: 1 row; expected 0" in one for one in told), told
        assert read_run(copied).corpus("it").names == ("a", "b", "c")
