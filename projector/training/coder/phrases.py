"""Words and endings of seven languages that examples are made with."""

from __future__ import annotations

from collections.abc import Mapping

# Phrases around a mention: {} is the mention.
CONTEXTS: Mapping[str, tuple[str, ...]] = {
    "es": ("paciente con {}", "antecedentes de {}", "{} en estudio", "{} conocida", "presenta {}"),
    "en": ("patient with {}", "history of {}", "{} under study", "known {}", "suspected {}"),
    "it": ("paziente con {}", "anamnesi di {}", "{} nota", "sospetta {}"),
    "nl": ("patiënt met {}", "voorgeschiedenis van {}", "bekende {}", "verdenking op {}"),
    "sv": ("patient med {}", "tidigare {}", "känd {}", "misstänkt {}"),
    "ro": ("pacient cu {}", "antecedente de {}", "{} cunoscută", "suspiciune de {}"),
    "cs": ("pacient s {}", "anamnéza: {}", "známá {}", "podezření na {}"),
}
# What a mention says more than its code: words that few codes are told apart by.
QUALIFIED: Mapping[str, tuple[str, ...]] = {
    "es": ("{} leve", "{} grave", "{} persistente", "{} reciente", "{} importante"),
    "en": ("mild {}", "severe {}", "persistent {}", "recent {}", "marked {}"),
    "it": ("{} lieve", "{} grave", "{} persistente", "{} recente", "{} importante"),
    "nl": ("lichte {}", "ernstige {}", "persisterende {}", "recente {}"),
    "sv": ("lindrig {}", "svår {}", "kvarstående {}", "nytillkommen {}"),
    "ro": ("{} ușoară", "{} severă", "{} persistentă", "{} recentă"),
    "cs": ("mírná {}", "těžká {}", "přetrvávající {}", "nedávná {}"),
}
# Endings of one and of several: the first that a word has is exchanged; for the same, it stays.
ENDINGS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "es": (
        *(("iones", "ión"), ("ión", "iones"), ("dades", "dad"), ("dad", "dades"), ("is", "is")),
        *(("us", "us"), ("res", "r"), ("les", "l"), ("as", "a"), ("os", "o"), ("es", "es")),
        *(("a", "as"), ("o", "os"), ("e", "es"), ("l", "les"), ("r", "res")),
    ),
    "en": (
        *(("ies", "y"), ("sis", "ses"), ("us", "us"), ("ss", "ss"), ("is", "is"), ("ia", "ia")),
        *(("ay", "ays"), ("ey", "eys"), ("oy", "oys"), ("y", "ies"), ("s", ""), ("", "s")),
    ),
    "it": (("ioni", "ione"), ("ione", "ioni"), ("i", "i"), ("a", "e"), ("o", "i"), ("e", "i")),
    "nl": (("ties", "tie"), ("tie", "ties"), ("gen", "g"), ("ing", "ingen"), ("ie", "ieën")),
    "sv": (
        ("or", "a"),
        ("a", "or"),
        ("tioner", "tion"),
        ("tion", "tioner"),
        ("ar", ""),
        ("er", ""),
    ),
    "ro": (("ții", "ție"), ("ție", "ții"), ("uri", ""), ("ie", "ii"), ("ă", "e")),
    "cs": (("y", "a"), ("a", "y"), ("í", "í"), ("é", "á"), ("á", "é"), ("ost", "osti")),
}
