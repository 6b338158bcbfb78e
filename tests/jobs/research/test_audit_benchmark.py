import json

from click.testing import CliRunner

from jobs.research.audit_benchmark import main

ES = "Paciente con fiebre de 39 grados. Recibe 850 mg de metformina. Mejora clínicamente en casa."
EN = (
    "Patient with a fever of 39 degrees. Receives 850 mg of metformin. Improves clinically at home."
)


def test_precision_and_recall_are_printed_by_kind_and_language(tmp_path):
    row = {"src_lang": "es", "tgt_lang": "en", "src_text": ES, "tgt_text": EN}
    rows = [{"id": str(number), "src_spans": [], "tgt_spans": [], **row} for number in range(2)]
    path = tmp_path / "set_es-en.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in rows), encoding="utf-8")
    result = CliRunner().invoke(main, [str(tmp_path), "--limit", "1"])
    assert result.exit_code == 0, result.output
    lines = [line.split() for line in result.output.splitlines()]
    assert ["number", "en", "2", "1.0000", "1.0000"] in lines
    assert "1 documents, 3 sentences" in result.output
