"""An archive that somebody sends can't write elsewhere, and can't fill the disk."""

import os
import zipfile
from pathlib import Path

import pytest
from saved_by_tools import exported, small_run, write_zip

from projector.errors import CorpusError
from projector.exchange.bring_back import bring_back
from projector.exchange.unpack import Limits, opened_folder


def names_in(path: Path, limits: Limits | None = None) -> list[str]:
    with opened_folder(path, limits) as folder:
        found = [one for one in folder.rglob("*") if one.is_file()]
        return sorted(one.relative_to(folder).as_posix() for one in found)


def test_only_what_may_be_of_use_is_unpacked(tmp_path):
    files = {"a/b.xmi": b"x", "a/c.ser": b"pickle", "event.log": b"", "d.JSON": b"{}"}
    assert names_in(write_zip(tmp_path / "x.zip", files)) == ["a/b.xmi", "d.JSON"]


def test_what_a_killed_import_left_goes_with_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    left = tmp_path / "tmp" / ".tmp-0123456789abcdef.d"
    (left / "unpacked").mkdir(parents=True)
    (left / "unpacked" / "note.txt").write_text("Fiebre", encoding="utf-8")
    with opened_folder(write_zip(tmp_path / "x.zip", {"a.json": b"{}"})) as folder:
        assert not left.exists()
        assert folder.parent.stat().st_mode & 0o777 == 0o700
    assert list((tmp_path / "tmp").iterdir()) == []


def test_what_a_mac_adds_is_passed_over(tmp_path):
    files = {"a.json": b"{}", "__MACOSX/._a.json": b"x", ".DS_Store": b"x", ".h/b.json": b"{}"}
    assert names_in(write_zip(tmp_path / "x.zip", files)) == ["a.json"]


@pytest.mark.parametrize(
    "name",
    ["../x.json", "/etc/x.json", "a/../../x.json", "a\\..\\x.json", "a//x.json", "./../x.json"],
)
def test_an_entry_that_leads_elsewhere_is_refused(tmp_path, name):
    with pytest.raises(CorpusError, match="in it:"):
        names_in(write_zip(tmp_path / "x.zip", {name: b"{}"}))
    assert not (tmp_path / "x.json").exists()


def test_a_link_is_refused(tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as packed:
        entry = zipfile.ZipInfo("x.json")
        entry.external_attr = 0o120777 << 16
        packed.writestr(entry, "/etc/passwd")
    with pytest.raises(CorpusError, match="a link or a device"):
        names_in(path)


def test_what_unpacks_to_more_than_allowed_is_refused(tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("x.json", b" " * 5_000_000)
    assert path.stat().st_size < 10_000
    with pytest.raises(CorpusError, match="more than is allowed"):
        names_in(path, Limits(size=1_000_000))
    inner = write_zip(tmp_path / "y.zip", {"inner.zip": path.read_bytes()})
    with pytest.raises(CorpusError, match="more than is allowed"):
        names_in(inner, Limits(size=1_000_000))


def test_more_entries_than_allowed_are_refused(tmp_path):
    path = write_zip(tmp_path / "x.zip", {f"{number}.json": b"" for number in range(5)})
    with pytest.raises(CorpusError, match="too many entries"):
        names_in(path, Limits(files=4))


def test_archives_are_not_unpacked_without_end(tmp_path):
    data = write_zip(tmp_path / "0.zip", {"x.json": b"{}"}).read_bytes()
    for number in range(4):
        data = write_zip(tmp_path / f"{number + 1}.zip", {"in.zip": data}).read_bytes()
    assert names_in(tmp_path / "2.zip") == ["in/in/x.json"]
    with pytest.raises(CorpusError, match="within archives"):
        names_in(tmp_path / "4.zip")


def test_a_damaged_archive_is_told(tmp_path):
    path = write_zip(tmp_path / "x.zip", {"x.json": os.urandom(200)})
    data = bytearray(path.read_bytes())
    data[60:90] = bytes(30)
    path.write_bytes(data)
    with pytest.raises(CorpusError, match="can't be unpacked"):
        names_in(path)


def test_an_encrypted_entry_is_told(tmp_path):
    path = write_zip(tmp_path / "x.zip", {"x.json": b"{}"})
    data = bytearray(path.read_bytes())
    for mark, shift in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + shift] |= 1
    path.write_bytes(data)
    with pytest.raises(CorpusError, match="encrypted"):
        names_in(path)


BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<xmi:XMI xmlns:xmi="http://www.omg.org/XMI" xmlns:cas="http:///uima/cas.ecore"><cas:Sofa
xmi:id="1" sofaNum="1" sofaID="_InitialView" sofaString="&b;"/></xmi:XMI>"""
OUTSIDE = BOMB.replace(b'<!ENTITY b "&a;&a;&a;&a;">', b'<!ENTITY b SYSTEM "file:///etc/passwd">')


@pytest.mark.parametrize("content", [BOMB, OUTSIDE], ids=["expansion", "external"])
@pytest.mark.parametrize("name", ["case-a.xmi", "TypeSystem.xml"])
def test_xml_that_declares_entities_is_refused(tmp_path, content, name):
    pytest.importorskip("cassis")
    run = small_run(tmp_path, "a")
    folder = exported(run, tmp_path / "inception", "inception")
    (folder / ("en" if name.endswith("xmi") else "") / name).write_bytes(content)
    with pytest.raises(CorpusError, match="declares a document type or an entity"):
        bring_back(folder, run)


def test_xml_nested_without_end_is_refused(tmp_path):
    pytest.importorskip("cassis")
    run = small_run(tmp_path, "a")
    folder = exported(run, tmp_path / "inception", "inception")
    (folder / "en" / "case-a.xmi").write_bytes(b"<a>" * 9000 + b"</a>" * 9000)
    with pytest.raises(CorpusError, match="51 elements within each other"):
        bring_back(folder, run)


def test_damaged_files_are_told_and_nothing_else_is_raised(tmp_path):
    """Whatever a byte is changed to, what comes back is corrections or a message."""
    pytest.importorskip("cassis")
    import random

    run = small_run(tmp_path, "a")
    draw = random.Random(4)
    for tool, name in (
        ("inception", "en/case-a.xmi"),
        ("inception", "TypeSystem.xml"),
        ("webanno", "en/case-a.tsv"),
        ("doccano", "en.jsonl"),
    ):
        folder = tmp_path / f"{tool}{len(name)}"
        path = exported(run, folder, tool) / name
        content = path.read_bytes()
        for _ in range(12):
            spoilt = bytearray(content)
            for _ in range(draw.randint(1, 3)):
                place = draw.randrange(len(spoilt))
                spoilt[place : place + draw.randint(0, 3)] = bytes([draw.randrange(256)])
            path.write_bytes(spoilt)
            try:
                bring_back(folder, run)
            except CorpusError as error:
                assert str(error)
