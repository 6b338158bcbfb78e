import hashlib

from projector.storage.hashes import content_hash, file_hash


def test_a_files_hash_is_its_sha256(tmp_path):
    (tmp_path / "x").write_bytes(b"abc")
    assert file_hash(tmp_path / "x") == hashlib.sha256(b"abc").hexdigest()


def test_contents_hash_is_that_of_its_keys_in_order():
    assert content_hash({"a": 1, "b": "é"}) == content_hash({"b": "é", "a": 1})
    assert content_hash({"a": 1}) != content_hash({"a": 2})
    expected = hashlib.sha256(b'{"a": 1}').hexdigest()
    assert content_hash({"a": 1}) == expected
