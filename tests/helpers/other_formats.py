"""Small corpora in other tools' formats, each with all that its format has."""

import json
from pathlib import Path

WEBANNO = (
    "#FORMAT=WebAnno TSV 3.3\n"
    "#T_SP=de.tudarmstadt.ukp.dkpro.core.api.lexmorph.type.pos.POS|PosValue\n"
    "#T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value\n"
    "#T_SP=webanno.custom.Span|certainty|ROLE_webanno.custom.Span:part_webanno.custom.Part|"
    "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity\n"
    "#T_CH=de.tudarmstadt.ukp.dkpro.core.api.coref.type.CoreferenceLink|referenceType|"
    "referenceRelation\n"
    "#T_RL=webanno.custom.Relation|value|BT_de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity\n"
    "\n\n"
    "#Text=Tiene 🤒 asma grave_x .\n"
    "1-1\t0-5\tTiene\tV\t_\t_\t_\t_\t_\tpr[1]\tcoref->1-1\t_\t_\t\n"
    "1-2\t6-8\t🤒\tN\t_\t_\t_\t_\t_\t_\t_\t_\t_\t\n"
    "1-3\t9-13\tasma\tN\t*[1]|MESH:D1[2]\tDISEASE[1]|SYM\\|PTOM[2]\t_\t_\t_\tpr[1]\t*->1-2\t_\t_\t\n"
    "1-4\t14-21\tgrave_x\tN\t*[1]\tDISEASE[1]\t_\t_\t_\t_\t_\t_\t_\t\n"
    "1-4.1\t14-19\tgrave\t_\t_\t_\tsure\\_ly\tof\t1-3[1]\t_\t_\t_\t_\t\n"
    "1-5\t22-23\t.\tP\t_\tEND\t_\t_\t_\t_\t_\tends\t1-3[1_0]\t\n"
    "\n"
    "#Text=Y\n"
    "#Text=tos.\n"
    "2-1\t24-25\tY\t_\t_\t_\t_\t_\t_\t_\t_\t_\t_\t\n"
    "2-2\t26-29\ttos\t_\t_\tSYMPTOM\t_\t_\t_\t_\t_\t_\t_\t\n"
    "2-3\t29-30\t.\t_\t_\t_\t_\t_\t_\t_\t_\t_\t_\t\n"
)


def region(id_: str, start: int, end: int, text: str, *labels: str, **more: object) -> dict:
    """Return a region of Label Studio."""
    value = {"start": start, "end": end, "text": text, "labels": list(labels)}
    fixed = {"id": id_, "from_name": "label", "to_name": "text", "type": "labels", "value": value}
    return {**fixed, **more}


TASKS = [
    {
        "id": 7,
        "data": {"text": "🤒 Tiene asma grave", "name": "c1.txt"},
        "annotations": [
            {
                "completed_by": 3,
                "result": [
                    region("a", 9, 13, "asma", "DISEASE", meta={"text": ["sure"]}),
                    region("b", 14, 19, "grave", "SEVERITY"),
                    {
                        "id": "a",
                        "from_name": "negated",
                        "type": "choices",
                        "value": {"start": 9, "end": 13, "choices": ["no"]},
                    },
                    {
                        "id": "z",
                        "from_name": "kind",
                        "type": "choices",
                        "value": {"choices": ["x"]},
                    },
                    {
                        "type": "relation",
                        "from_id": "b",
                        "to_id": "a",
                        "direction": "right",
                        "labels": ["of"],
                    },
                ],
            }
        ],
    },
    {
        "id": 8,
        "data": {"text": "Y tos.", "name": "c2.txt"},
        "annotations": [],
        "predictions": [
            {"model_version": "m1", "result": [region("p", 2, 5, "tos", "SYMPTOM", score=0.5)]}
        ],
    },
]
SHORT_TASKS = [
    {
        "id": 1,
        "text": "Tiene asma.",
        "label": [{"start": 6, "end": 10, "text": "asma", "labels": ["DISEASE"]}],
        "annotator": annotator,
        "annotation_id": annotator,
        "lead_time": 2.5,
    }
    for annotator in (1, 2)
]
DOCCANO = [
    {"id": 1, "text": "Tiene asma.", "label": [[6, 10, "DISEASE"]], "Comments": ["x"]},
    {
        "id": 2,
        "text": "Tos y 🤒 fiebre.",
        "entities": [
            {"id": 4, "label": "SYMPTOM", "start_offset": 0, "end_offset": 3},
            {"id": 5, "label": "SIGN", "start_offset": 8, "end_offset": 14},
        ],
        "relations": [{"id": 1, "from_id": 4, "to_id": 5, "type": "with"}],
    },
]
CONLL = (
    "-DOCSTART- -X- O\n\n# id = n1\nTiene V O\nasma N B-DISEASE\ngrave A I-DISEASE\n\n"
    "Y C O\ntos N B-SYMPTOM\n\n-DOCSTART- (n2)\n\n# text = Fiebre.\nFiebre\tB-SIGN\n.\tO\n"
)
PUBTATOR = (
    "11|t|Tiene asma.\n11|a|Y tos|fiebre.\n"
    "11\t6\t10\tasma\tDisease\tMESH:D001249\n11\t14\t17\ttos\tDisease\tD1|D2\ttos|tosser\n"
    "11\tCID\tMESH:D001249\tD1|D2\tNovel\n11\tCID\tD9\tD8\n\n"
    "12|t|Fiebre\n12|a|\n12\t0\t6\tFiebre\tSign\t-1\n"
)
BIOC_XML = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE collection SYSTEM "BioC.dtd">
<collection><source>s</source><date/><key/>
<document><id>77</id><infon key="journal">x</infon>
<passage><infon key="type">title</infon><offset>0</offset><text>Niño con asma.</text>
<annotation id="1"><infon key="type">Disease</infon><infon key="identifier">MESH:D1</infon>
<infon key="is sure">yes</infon><location offset="9" length="4"/><text>asma</text></annotation>
</passage>
<passage><offset>15</offset><sentence><offset>15</offset><text>Tos &amp; más tos.</text>
<annotation id="2"><infon key="type">Sign</infon><location offset="15" length="3"/>
<location offset="25" length="3"/><text>Tos tos</text></annotation></sentence></passage>
<relation id="R1"><infon key="type">CID</infon><infon key="novel">no</infon>
<node refid="1" role="Chemical"/><node refid="2" role="Disease"/></relation>
</document></collection>
"""
BIOC_JSON = {
    "source": "s",
    "documents": [
        {
            "id": "77",
            "passages": [
                {
                    "offset": 0,
                    "text": "Niño con asma.",
                    "annotations": [
                        {
                            "id": "1",
                            "infons": {"type": "Disease", "identifier": "MESH:D1"},
                            "locations": [{"offset": 9, "length": 4}],
                            "text": "asma",
                        }
                    ],
                },
                {
                    "offset": 15,
                    "sentences": [
                        {
                            "offset": 15,
                            "text": "Y tos.",
                            "annotations": [
                                {
                                    "id": "2",
                                    "infons": {"type": "Sign"},
                                    "locations": [{"offset": 17, "length": 3}],
                                    "text": "tos",
                                }
                            ],
                        }
                    ],
                },
            ],
            "relations": [
                {
                    "id": "R1",
                    "infons": {"type": "CID"},
                    "nodes": [{"refid": "1", "role": "a"}, {"refid": "2", "role": "b"}],
                }
            ],
        }
    ],
}
# The files of a corpus in each format; the first is the one with the annotations.
FILES: dict[str, dict[str, str]] = {
    "webanno": {"c1.tsv": WEBANNO},
    "label-studio": {"export.json": json.dumps(TASKS, ensure_ascii=False)},
    "label-studio-short": {"export.json": json.dumps(SHORT_TASKS)},
    "doccano": {"all.jsonl": "".join(f"{json.dumps(row)}\n" for row in DOCCANO)},
    "conll": {"train.conll": CONLL},
    "pubtator": {"all.pubtator": PUBTATOR},
    "bioc-xml": {"all.xml": BIOC_XML},
    "bioc-json": {"all.json": json.dumps(BIOC_JSON)},
    "bionlp": {
        "c1.a1": "T1\tDISEASE 6 10\tasma\n",
        "c1.a2": "T2\tHaving 0 5\tTiene\nE1\tHaving:T2 Theme:T1\nM1\tNegation E1\n"
        "N1\tOnto Annotation:T1 Referent:OBT:000483\n",
        "c1.txt": "Tiene asma.",
    },
}


def write_files(folder: Path, files: dict[str, str]) -> Path:
    """Write files into a folder that is made for them; return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8", newline="")
    return folder
