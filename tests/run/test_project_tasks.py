"""Hold what becomes of each task of a plan that projects."""

from pathlib import Path

import pytest
from counting_encoder import CountingEncoder

from projector.document import Fragment, Status
from projector.errors import ConfigurationError, CorpusError, ModelError, ProjectorError
from projector.models import load
from projector.run.configure import configure
from projector.run.plan import Plan, plan_run
from projector.run.project_tasks import project_tasks
from projector.settings import published

TEXTS = {"es": "Fiebre y tos.", "en": "Fiebre and tos.", "it": "Fiebre e tos."}


def write(folder: str, name: str, text: str, annotations: str = "") -> None:
    Path(folder).mkdir(exist_ok=True)
    Path(folder, f"{name}.txt").write_bytes(text.encode())
    Path(folder, f"{name}.ann").write_bytes(annotations.encode())


@pytest.fixture(autouse=True)
def corpora(tmp_path, monkeypatch) -> Path:
    """Two documents, with translations in two languages."""
    monkeypatch.chdir(tmp_path)
    for name in "ab":
        lines = "T1\tSYMPTOM 0 6\tFiebre\nT2\tSYMPTOM 9 12\ttos\n"
        write("es", name, f"{TEXTS['es']} {name}.", lines)
        for language in ("en", "it"):
            write(language, name, f"{TEXTS[language]} {name}.")
    return tmp_path


def planned(*targets: str, **options):
    run = configure("es", targets or ("en", "it"), model="tiny", **options)
    return run, plan_run(run)


def projected(*targets: str, encoder=None, tasks=None, **options):
    run, plan = planned(*targets, **options)
    encoder = load("tiny") if encoder is None else encoder
    return list(project_tasks(tasks or plan.tasks, plan, encoder, run))


def statuses(outcome) -> dict[str, str]:
    return {told.mention_id: told.status.value for told in outcome.mentions}


def test_every_task_has_its_outcome_in_order():
    done = projected()
    assert [(one.source, one.language) for one in done] == [
        *(("a", "en"), ("a", "it"), ("b", "en"), ("b", "it")),
    ]
    for outcome in done:
        assert statuses(outcome) == {"T1": "projected", "T2": "projected"}
        assert [told.text for told in outcome.mentions] == ["Fiebre", "tos"]
        assert outcome.target.text == f"{TEXTS[outcome.language]} {outcome.source}."


def test_a_source_document_is_carried_by_its_first_target_alone():
    done = projected("it", "en")
    assert [(one.language, one.original and one.original.name) for one in done] == [
        *(("it", "a"), ("en", None), ("it", "b"), ("en", None)),
    ]
    assert done[0].original.text == f"{TEXTS['es']} a."
    assert [mention.id for mention in done[0].original.mentions] == ["T1", "T2"]


def test_what_could_not_be_read_is_no_source_and_what_is_unpaired_is():
    Path("es/a.txt").write_bytes(b"\xff")
    Path("en/b.txt").unlink()
    done = projected(on_error="skip")
    found = [(one.source, one.status.value, one.original is None) for one in done]
    assert found == [
        *(("a", "failed", True), ("a", "failed", True)),
        *(("b", "unpaired", False), ("b", "projected", True)),
    ]


COPY = "Paciente con fiebre alta y tos. Ayer empeoró."


def write_copy() -> None:
    lines = "T1\tSYMPTOM 13 24\tfiebre alta\nT2\tSYMPTOM 27 30\ttos\nA1\tSure T2\n"
    write("es", "a", COPY, lines)
    write("it", "a", COPY)


def test_nothing_is_projected_onto_a_copy_of_the_source():
    write_copy()
    done = projected("it")[0]
    assert done.status is Status.UNPAIRED and done.mispaired
    assert done.reason == "the translation is a copy of its source"
    assert statuses(done) == {"T1": "unpaired", "T2": "unpaired"}
    assert {told.reason for told in done.mentions} == {done.reason}
    assert (done.target.text, done.target.mentions) == (COPY, ())
    assert [one.id for one in done.lost] == ["A1"]
    assert [finding.kind for finding in done.audit.findings] == ["untranslated"]


@pytest.mark.parametrize("options", [{"trust_pairs": True}, {"no_audit": True}])
def test_who_trusts_the_pairs_or_does_not_audit_projects_onto_a_copy_too(options):
    write_copy()
    done = projected("it", **options)[0]
    assert statuses(done) == {"T1": "projected", "T2": "projected"}
    assert (done.audit is None) is ("no_audit" in options)


def test_a_wrong_pair_is_unpaired_only_where_the_models_limits_are_known(monkeypatch):
    write("it", "a", "Questo testo racconta tutt'altro: barche, vento, onde e gabbiani bianchi.")
    write("es", "a", f"{COPY} Se pauta amoxicilina.", "T1\tSYMPTOM 13 24\tfiebre alta\n")
    told = projected("it")[0]
    (finding,) = told.audit.findings
    assert finding.kind == "wrong_pair" and "it is projected all the same" in finding.message
    assert told.status is Status.PROJECTED
    monkeypatch.setattr("projector.run.audit_task.judges_pairs", lambda _: True)
    refused = projected("it")[0]
    assert refused.status is Status.UNPAIRED
    assert refused.reason == "the texts do not tell the same"
    (finding,) = refused.audit.findings
    assert "`projector audit` names a better partner" in finding.message


@pytest.mark.parametrize("settings", [None, published()])
def test_an_audit_encodes_nothing_anew(settings):
    encoder = CountingEncoder()
    done = projected(encoder=encoder, settings=settings)
    assert all(one.audit is not None for one in done)
    assert len(encoder.texts) == 2 * 3 and set(encoder.texts.values()) == {1}


def test_no_tasks_no_outcomes_and_nothing_is_done_before_it_is_asked_for():
    run, plan = planned()
    assert list(project_tasks([], plan, load("tiny"), run)) == []
    encoder = CountingEncoder()
    outcomes = project_tasks(plan.tasks, plan, encoder, run)
    assert not encoder.texts
    assert next(outcomes).source == "a"
    assert set(encoder.texts) == {f"{TEXTS['es']} a.", f"{TEXTS['en']} a."}


def test_a_source_text_is_encoded_once_for_all_its_languages():
    encoder = CountingEncoder()
    projected(encoder=encoder)
    assert len(encoder.texts) == 2 * 3 and set(encoder.texts.values()) == {1}


def test_the_mentions_of_a_translation_and_their_faults_play_no_part():
    alone = projected("en")
    write("en", "a", f"{TEXTS['en']} a.", "T1\tDRUG 0 6\tFiebre\nT2\tDRUG 0 900\tnonsense\n")
    assert projected("en") == alone


def test_a_document_without_a_translation_is_unpaired_with_all_its_mentions():
    for path in Path("it").glob("b.*"):
        path.unlink()
    last = projected()[-1]
    assert (last.status, last.target) == (Status.UNPAIRED, None)
    assert last.reason == "it has no translation of b"
    assert statuses(last) == {"T1": "unpaired", "T2": "unpaired"}
    assert [told.source_text for told in last.mentions] == ["Fiebre", "tos"]


def test_a_translation_that_cannot_be_decoded_fails_its_task_or_stops_the_run():
    Path("it/a.txt").write_bytes(b"Fiebre \xf1")
    first, second, *others = projected(on_error="skip")
    assert first.status is Status.PROJECTED
    assert second.status is Status.FAILED and "a.txt:1" in second.reason
    assert statuses(second) == {"T1": "failed", "T2": "failed"}
    assert {one.status for one in others} == {Status.PROJECTED}
    with pytest.raises(CorpusError, match=r"a\.txt:1: byte 0xf1 at 7 is not UTF-8"):
        projected()


def test_a_source_with_faults_goes_on_with_what_is_right_in_it():
    lines = "T1\tSYMPTOM 0 6\tFiebre\nT2\tSYMPTOM 0 900\tnonsense\n"
    write("es", "a", f"{TEXTS['es']} a.", lines)
    first = projected(on_error="skip")[0]
    assert statuses(first) == {"T1": "projected", "T2": "invalid"}
    assert "line 2" in first.mentions[1].reason
    with pytest.raises(CorpusError, match=r"a\.ann:2"):
        projected()


def test_a_source_that_cannot_be_read_fails_in_every_language():
    Path("es/a.txt").write_bytes(b"Fiebre \xf1")
    done = projected(on_error="skip")
    assert [one.status for one in done if one.source == "a"] == [Status.FAILED] * 2
    assert [one.status for one in done if one.source == "b"] == [Status.PROJECTED] * 2
    assert all("a.txt:1" in one.reason for one in done if one.source == "a")
    assert all({*statuses(one).values()} == {"invalid"} for one in done if one.source == "a")


@pytest.mark.parametrize("longer", ["source", "translation"])
def test_documents_that_are_too_long_on_either_side_fail(longer):
    most = max(len(f"{text} a.") for text in TEXTS.values())
    assert {one.status for one in projected(max_characters=most)} == {Status.PROJECTED}
    if longer == "source":
        write("es", "a", f"{TEXTS['es']} {'x' * most}")
    else:
        write("en", "a", f"{TEXTS['en']} {'x' * most}")
    failed = [one for one in projected(max_characters=most) if one.failed]
    expected = ["en", "it"] if longer == "source" else ["en"]
    assert [(one.source, one.language) for one in failed] == [("a", code) for code in expected]
    assert all(f"more than {most} are not wanted" in one.reason for one in failed)


def test_a_translations_own_annotations_play_no_part():
    before = projected()
    Path("en/a.ann").write_bytes(b"T1\tSYMPTOM 0 6\t\xf1\n")
    assert projected() == before and projected(on_error="skip") == before


# --- a corpus of a tagger's predictions ---


def predictions(text: str, start: int, end: int) -> None:
    write("tagged", "a", text, f"T1\tSYMPTOM {start} {end}\t{text[start:end]}\n")


def with_predictions(**options):
    recipe = {"decode": {"method": "longest-run", "threshold": 0.1}}
    more = {"tagger": "tagged", "settings": recipe, **options}
    return projected("en", **more)


def test_predictions_on_the_translation_support_the_decoder():
    text = f"{TEXTS['en']} a."
    predictions(text, 0, 10)
    supported, alone = with_predictions()[0], with_predictions(tagger="none")[0]
    assert alone.mentions[0].fragments == (Fragment(0, 6),)
    assert supported.mentions[0].fragments == (Fragment(0, 10),)
    assert supported.mentions[0].text == text[:10]


def test_a_document_that_the_tagger_left_out_does_without():
    predictions(f"{TEXTS['en']} a.", 0, 10)
    assert with_predictions()[1] == with_predictions(tagger="none")[1]


def test_predictions_on_another_text_mean_nothing():
    predictions(f"Altered: {TEXTS['en']} a.", 0, 10)
    told = "the tagger's text of a is not that of a in en, so its offsets mean something else"
    first, second = with_predictions(on_error="skip")
    assert first.status is Status.FAILED and told in first.reason
    assert second.status is Status.PROJECTED
    with pytest.raises(ConfigurationError, match=told):
        with_predictions()


def test_predictions_that_cannot_be_read_are_told():
    """Never done without in silence: other spans may come of it."""
    predictions(f"{TEXTS['en']} a.", 0, 10)
    Path("tagged/a.txt").write_bytes(b"\xf1")
    first, second = with_predictions(on_error="skip")
    assert first.status is Status.FAILED and "tagged/a.txt:1" in first.reason
    assert second.status is Status.PROJECTED
    with pytest.raises(CorpusError, match=r"tagged/a\.txt:1"):
        with_predictions()


# --- what goes wrong while projecting ---


class Failing(CountingEncoder):
    """Fail at the texts of one document."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def encode(self, texts):
        if any(text.text.endswith(" b.") for text in texts):
            raise self.error
        return super().encode(texts)


def test_an_error_that_nobody_foresaw_ends_its_document_or_the_run():
    error = IndexError("out of bounds")
    done = projected(encoder=Failing(error), on_error="skip")
    assert [one.status.value for one in done] == ["projected"] * 2 + ["failed"] * 2
    assert done[-1].reason == "IndexError: out of bounds"
    assert statuses(done[-1]) == {"T1": "failed", "T2": "failed"}
    with pytest.raises(ProjectorError, match=r"b: can't be projected onto en \(IndexError"):
        projected(encoder=Failing(error))


@pytest.mark.parametrize("on_error", ["stop", "skip"])
def test_an_error_that_concerns_all_documents_is_raised_as_it_is(on_error):
    error = ModelError("the weights are gone")
    with pytest.raises(ModelError) as raised:
        projected(encoder=Failing(error), on_error=on_error)
    assert raised.value is error


def test_parts_of_a_plan_in_any_order_come_to_the_same():
    run, plan = planned()
    whole = projected()
    for tasks in (plan.tasks[::-1], plan.tasks[1::2], plan.tasks[:1]):
        part: Plan = plan.only(tasks)
        done = list(project_tasks(part.tasks, part, load("tiny"), run))
        assert done == [whole[plan.tasks.index(task)] for task in tasks]
