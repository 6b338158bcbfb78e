"""List words that seldom open or close a mention: articles, prepositions, conjunctions, *be*.

Closed classes only, the frequent members, one set a language; the span decoder asks whether a
candidate's edge is one of them. A language without a set is decoded without that evidence.
"""

from __future__ import annotations

_WORDS = {
    "es": """a al ante como con contra de del desde e el en entre es esta este fue fueron ha había
        han hasta hay la las le les lo los más no o para pero por que se según sin sobre su sus
        también tras u un una unas unos y era eran""",
    "en": """a an and are as at be been but by for from had has have he her his in into is it its no
        not of on or our she that the their there they this to was we were which who with without
        your""",
    "it": """a ad agli ai al alla alle allo anche che ci col come con cui da dagli dai dal dalla
        dalle dallo degli dei del della delle dello di e ed era erano fra gli ha hanno i il in la
        le lo ma nei negli nel nella nelle nello non o per più si sono stata stato su sua sue sui
        sugli sul sulla sulle sullo suo suoi tra un una uno è d dell all nell sull dall l""",
    "nl": """aan als bij dat de den der deze die dit door een en er haar hebben heeft het hij hun in
        is maar met na naar niet of om onder ook op over te tegen ten ter tot uit uw van voor was
        waren werd werden wordt worden ze zich zij zijn zonder geen""",
    "sv": """att av blev de dem den denna det detta en ett efter eller fick för från genom han har
        hade henne hennes hon i inga ingen inte med men mot och om på samt sig sin sina sitt som
        till under upp ur utan var varit vid är över""",
    "ro": """a ai al ale ar au care ca ce cea cei cel cele cu că de din dintre după este erau era
        fost fără în între la lui mai nu o pe pentru prin până sa sale sau se sub sunt său spre un
        unei unor unui și ori""",
    "cs": """a aby ale ani bez byl byla bylo byly být do i její jejich jeho je jako již jsou k ke
        která které který mezi na nad nebo není o od po pod podle pro proti při před přes s se si
        u v ve však z za ze že""",
}
_WORDS["cz"] = _WORDS["cs"]

FUNCTION_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(words.split()) for language, words in _WORDS.items()
}
