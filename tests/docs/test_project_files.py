"""Hold what contributors meet: checks, hooks, the workflow, the changelog, the citation."""

import re
import tomllib

import pytest
from doc_pages import ROOT

yaml = pytest.importorskip("yaml", reason="comes with what builds the docs")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = {"lint", "types", "test", "coverage", "docs"}


def read_yaml(*parts):
    return yaml.safe_load(ROOT.joinpath(*parts).read_text(encoding="utf-8"))


def test_make_check_is_all_of_the_checks():
    assert set(re.search(r"^check: (.*)$", MAKEFILE, re.MULTILINE)[1].split()) == TARGETS
    assert all(f"\n{target}:" in MAKEFILE for target in TARGETS)


def test_ci_runs_the_tests_by_the_readme_and_all_other_checks_by_make():
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    (make,) = [line for line in lines if line.startswith("make ")]
    assert {*make.split()[1:]} == TARGETS - {"test"}


def test_hooks_fetch_nothing():
    (repository,) = read_yaml(".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    assert {hook["language"] for hook in repository["hooks"]} == {"system"}


def test_the_workflow_tests_every_python_on_linux_and_macos_and_a_wheel_alone():
    jobs = read_yaml(".github", "workflows", "check.yml")["jobs"]
    matrix = jobs["tests"]["strategy"]["matrix"]
    assert matrix["python"] == ["3.11", "3.12", "3.13", "3.14"]
    assert matrix["os"] == ["ubuntu-latest", "macos-latest"]
    steps = [step.get("run", "") for step in jobs["wheel"]["steps"]]
    assert any("projector project" in step for step in steps)
    assert not any("[" in step for step in steps if "pip install" in step)


def test_the_citation_is_of_the_last_version_in_the_changelog():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## \[(.*?)\](?: - (.*))?$", changelog, re.MULTILINE)
    version, date = next(one for one in versions if one[0] != "Unreleased")
    citation = read_yaml("CITATION.cff")
    assert (citation["version"], str(citation["date-released"])) == (version, date)


def test_what_the_docs_need_is_an_extra_with_tested_versions():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pinned = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    for requirement in project["optional-dependencies"]["docs"]:
        assert f"\n{re.split(r'[>=[]', requirement)[0]}==" in pinned
