from projector.storage.trained_folder import find_trained


def test_a_folder_is_itself_or_its_runs_model(tmp_path):
    assert find_trained(tmp_path / "absent", "mark") == tmp_path / "absent"
    (tmp_path / "run" / "model").mkdir(parents=True)
    assert find_trained(tmp_path / "run", "mark") == tmp_path / "run"
    (tmp_path / "run" / "model" / "mark").write_text("")
    assert find_trained(tmp_path / "run", "mark") == tmp_path / "run" / "model"


def test_a_folder_of_the_users_goes_before_an_installed_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shipped = tmp_path / "site-packages" / "clinical"
    relative = find_trained(type(tmp_path)("clinical"), "mark", installed={"clinical": shipped})
    assert relative == shipped
    (tmp_path / "clinical").mkdir()
    own = type(tmp_path)("clinical")
    assert find_trained(own, "mark", installed={"clinical": shipped}) == own
