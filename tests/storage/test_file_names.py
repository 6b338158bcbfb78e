"""Hold which names become files', and that nothing else makes names of files out of data."""

import ast
from pathlib import Path

import pytest
from hostile_names import HARMLESS, SURROGATE, hostile_names, told_of
from hypothesis import given
from hypothesis import strategies as st

from projector.errors import OutputError
from projector.storage import file_names
from projector.storage.file_names import (
    LONGEST,
    FileNames,
    file_name,
    folded,
    folds,
    language_name,
    refuse_unwritable,
)

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("key", list(hostile_names()))
def test_a_hostile_name_is_told_with_what_is_wrong_and_what_to_do(key):
    name = hostile_names()[key]
    if key in HARMLESS:
        assert file_name(name, ".txt", kind="document") == f"{name}.txt"
        return
    with pytest.raises(OutputError) as raised:
        file_name(name, ".txt", kind="document", where=Path("corpus"))
    message = str(raised.value)
    assert message.startswith("corpus: the document ") and told_of(name, message)
    assert message.endswith("projector convert … --to parquet") and message.isprintable()


@given(st.text(st.characters(exclude_categories=[]), max_size=90), st.sampled_from(["", ".txt"]))
def test_what_is_taken_is_one_part_of_a_path_and_can_be_printed(name, suffix):
    try:
        whole = file_name(name, suffix, kind="document")
    except OutputError as error:
        assert str(error).isprintable()
        return
    assert whole == name + suffix and Path("a", whole).parts == ("a", whole)
    assert len(whole.encode()) <= LONGEST and whole.splitlines() == [whole]
    assert whole.removesuffix(suffix) == name and whole[0] not in ". " and whole[-1] not in ". "


@pytest.mark.parametrize("name", ["caso 1", "año", "S0004-06142005000700014-1", "病例", "т-1", "é"])
def test_names_of_corpora_stay_as_they_are(name):
    assert file_name(name, ".ann", kind="document") == f"{name}.ann"


@pytest.mark.parametrize("name", ["con", "Aux", "NUL.tar.gz", "com¹", "lpt9 .x", "CONIN$"])
def test_devices_are_refused_whatever_their_extension(name):
    with pytest.raises(OutputError, match="a device's name on Windows"):
        file_name(name, ".txt", kind="document")
    assert file_name(name, ".tsv", kind="label", prefix="es_") == f"es_{name}.tsv"


def test_a_language_leaves_room_for_its_tables():
    assert language_name("es") == "es"
    with pytest.raises(OutputError, match=r"the language .* it takes 256 bytes"):
        language_name("x" * 129)


def test_halves_of_characters_are_refused_even_in_cells():
    refuse_unwritable("a\tb\0", kind="cell")
    with pytest.raises(OutputError, match=r"the cell 'ni\\udcf1o' can't be written: .* at 2; exp"):
        refuse_unwritable(SURROGATE, kind="cell")


@pytest.mark.parametrize(
    ("case", "form", "one", "other"),
    [
        (True, False, "Caso", "caso"),
        (False, True, "año", "an\u0303o"),
        (True, True, "AÑO", "an\u0303o"),
    ],
)
def test_names_that_are_one_files_are_told_apart_where_they_can(
    tmp_path, monkeypatch, case, form, one, other
):
    monkeypatch.setattr(file_names, "folds", lambda _: (case, form))
    names = FileNames(tmp_path, Path("corpus"))
    assert names.take(one, ".txt", kind="document") == names.take(one, ".txt", kind="document")
    assert names.take(other, ".txt", kind="document", folder="it") == f"{other}.txt"
    with pytest.raises(OutputError, match=rf"corpus: .*'{one}\.txt' is the same file's name"):
        names.take(other, ".txt", kind="document")
    monkeypatch.setattr(file_names, "folds", lambda _: (False, False))
    apart = FileNames(tmp_path)
    assert apart.take(one, kind="document") != apart.take(other, kind="document")


def test_the_file_system_is_asked_and_nothing_stays(tmp_path):
    case, form = folds(tmp_path)
    (tmp_path / "caso").touch()
    (tmp_path / "an\u0303o").touch()
    assert ((tmp_path / "CASO").exists(), (tmp_path / "año").exists()) == (case, form)
    assert len(list(tmp_path.iterdir())) == 2
    assert folds(tmp_path / "nowhere") == (False, False)


@given(st.text(), st.text())
def test_folding_is_no_finer_than_case_or_form_alone(one, other):
    both = folded(one, True, True) == folded(other, True, True)
    assert both or folded(one, False, True) != folded(other, False, True)


# --- nothing else makes names of files out of data ---

# What holds a name from data, wherever it stands: `document.name`, `language`, `label.lower()`.
DATA = {"language", "label", "entity", "document", "id", "mention_id", "lang"}
NAMED = {"document", "target", "source", "coded", "mention", "outcome", "task"}  # their .name
MAKERS = {"file_name", "language_name", "take", "brat_paths", "_table_name"}
# Reading joins what is given to what is there; and these write what they have named themselves.
OTHERS = {
    "jobs.research.endurance": "reads what the project's own samples are called",
    "jobs.research.synthetic.generate": "spoils files that it has just written",
}


def from_data(node: ast.AST) -> bool:
    """Tell whether an expression takes a name from data that is not made a file's."""
    if isinstance(node, ast.Call):
        maker = node.func
        called = maker.id if isinstance(maker, ast.Name) else getattr(maker, "attr", "")
        if called in MAKERS:
            return False
    if isinstance(node, ast.Name):
        return node.id in DATA
    if isinstance(node, ast.Attribute):
        holder = ast.unparse(node.value).rpartition(".")[2]
        if node.attr in DATA or (node.attr == "name" and holder in NAMED):
            return True
    return any(map(from_data, ast.iter_child_nodes(node)))


def joined(tree: ast.AST):
    """Yield what is made a part of a path."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            yield node.right
        elif isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            if called in ("joinpath", "with_name", "with_stem", "with_suffix"):
                yield from node.args
            elif isinstance(node.func, ast.Name) and node.func.id in ("Path", "open"):
                yield from (part for part in node.args if isinstance(part, ast.JoinedStr))


def violations(source: str) -> list[str]:
    return [ast.unparse(part) for part in joined(ast.parse(source)) if from_data(part)]


@pytest.mark.parametrize(
    "line",
    [
        'folder / f"{document.name}.txt"',
        'folder / "brat" / language',
        "folder / label.lower()",
        'path.with_name(f"{language}_{entity}.tsv")',
        'path.joinpath("a", outcome.target.name)',
        'open(f"{folder}/{document.name}")',
    ],
)
def test_the_rule_finds_paths_from_data(line):
    assert violations(line)
    assert not violations('folder / file_name(document.name, ".txt", kind="document")')
    assert not violations("folder / language_name(language) / path.name")


def test_no_writer_makes_paths_of_data_by_itself():
    told = {
        path.relative_to(ROOT).with_suffix("").as_posix().replace("/", "."): violations(
            path.read_text(encoding="utf-8")
        )
        for part in ("projector", "jobs")
        for path in sorted((ROOT / part).rglob("*.py"))
    }
    assert {module: lines for module, lines in told.items() if lines and module not in OTHERS} == {}
