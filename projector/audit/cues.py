"""Know the words that tell sides, negation and doubt in seven languages.

Sure cues have to have a counterpart in a translation. Possible ones may be one: *afebrile* answers
*without fever*, *both* may answer *bilateral*, but nobody misses them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

# Words in small letters: a star stands for any ending or beginning, a low line for blanks.
_LEFT = {
    "es": "izquierd* izqd* izq izda izdo izdas izdos",
    "en": "left left-*",
    "it": "sinistr* sx",
    "nl": "links linker*",
    "sv": "vänster* vänstra*",
    "ro": "stâng* stîng*",
    "cs": """levý levá levé levou levého levém levému levým levých levými levostrann* vlevo zleva
        doleva""",
}
_RIGHT = {
    "es": "derech* dcha dcho dchas dchos",
    "en": "right right-*",
    "it": "destr* dx",
    "nl": "rechts rechter*",
    "sv": "höger* högra*",
    "ro": "drept dreapta dreaptă drepte drepți dreptul dreptului dreptei",
    "cs": """pravý pravá pravé pravou pravého pravém pravému pravým pravých pravými pravostrann*
        vpravo zprava doprava""",
}
_BILATERAL = {
    "es": "bilateral*",
    "en": "bilateral*",
    "it": "bilateral*",
    "nl": "bilatera* beiderzijds* dubbelzijdig* tweezijdig*",
    "sv": "bilateral* dubbelsidig*",
    "ro": "bilateral*",
    "cs": "bilaterál* oboustrann*",
}
_BOTH = {
    "es": "ambos ambas los_dos las_dos",
    "en": "both two each either",
    "it": "entramb* ambedue ambo i_due le_due",
    "nl": "beide twee elk weerszijden",
    "sv": "båda bägge två vardera ömse*",
    "ro": "ambele ambii ambelor ambilor cele_două cei_doi",
    "cs": "oba obě obou oběma",
}
# Abbreviations of organs and limbs that hold a side, in capitals: `FID`, `LVEF`, `OS`.
_SHORT_LEFT = {
    "es": "(?:M[SI]|FI|HC|C[SI]|L[SI]|[FP]I|[OAV]|BR|BCR|AC|T[CS]|D)I FEVI HBAI BRIHH",
    "en": "L[UMLV]?[LQFEASXC] LV[A-Z]* LBBB LICA LMCA LAD OS AS LT",
    "it": "OS VS AS FEVS BBS LSS LIS TCS IVA",
    "nl": "LV[A-Z]* LBTB LVEF OS LICA",
    "sv": "LV[A-Z]* LBBB OS VK LAD",
    "ro": "VS OS AS FEVS BRS FIS HCS",
    "cs": "LK LV[A-Z]* EFLK LHK LDK LBBB HLK OS",
}
_SHORT_RIGHT = {
    "es": "(?:M[SI]|FI|HC|C[SI]|L[SIM]|[FP]I|[OAV]|BR|BCR|AC|T[CS]|D)D BRDHH",
    "en": "R[UMLV]?[LQFEASXC] RV[A-Z]* RBBB RICA RCA OD AD RT",
    "it": "OD VD AD BBD LSD LID TCD",
    "nl": "RV[A-Z]* RBTB OD RCA",
    "sv": "RV[A-Z]* RBBB OD HK RCA",
    "ro": "VD OD AD BRD FID HCD",
    "cs": "PK RV[A-Z]* PHK PDK RBBB HPK OD",
}
_NEGATION = {
    "es": "no(?!-) sin tampoco niega negaba negó ausencia* ausente*",
    "en": """no not without never none nor neither denie* deny denying absen* cannot didn't
        wasn't isn't hadn't doesn't""",
    "it": "non(?!-) senza neppure neanche nega negava negato assenza assenze assent* privo priva",
    "nl": "niet geen zonder nooit noch ontkent ontkende ontkende* afwezig* niets",
    "sv": """inte ej utan ingen inga inget aldrig icke varken förneka* nekar nekade frånvaro*
        saknar saknade saknas saknades""",
    "ro": "nu n fără neagă nega negat absent* absenț* lipsa lipsit*",
    "cs": """bez není nejsou nebyl* nemá nemají neměl* neudáv* neguj* negoval* popír* popřel*
        nepřítomn* nikoli* nelze nemoh* nejevil* nezjistil* neprokáz* neprokaz* nenalez*
        nepozorov* nevykaz* neuvád* nepotvr*""",
}
# What adds nothing to another negation before it, in languages that negate twice.
_CONCORD = {
    "es": "ningún ninguna ninguno nunca jamás nada nadie",
    "it": "nessun* mai alcun alcuna alcuno",
    "ro": "niciun nicio niciodată nimic",
    "cs": "žádn* nikdy nic",
}
# What may render a negation: of words, of findings, or in the word itself.
_NEGATED = {
    "es": """ni no negativ* negab* niegan afebril* apirétic* asintomátic* anictéric* anodin*
        indolor* inespecífic* irresecab* inmóvil* incapa* insensib* impalpab* imposib*
        inexist* inalterad* inconsciente* desconoc* descart* exclu* libre* exent* normal*
        carec* carent* falta* nada apenas excepto salvo nulo nula dejar dejó evit* suspend*
        rechaz* nadie anal* inope* incomp* imp* indetect* infructu* inadvert* sinnúmero
        desorient* aten* arreflex* aus*""",
    "en": """un(?!der|til|it|ion|iv)* non* [a-z]+less [a-z]+-free free afebrile asymptomatic
        anicteric apyrexi* painless inability incapac* incapaz inoperab* immob* impossib* irresect*
        insensi* indetect* nonspecific negativ* negat* rule* ruling exclud* exclusion lack*
        fail* normal refus* declin* nothing nobody except neither discontinu* insignific*
        didn* couldn* won* disorient* incomplet* anechoic""",
    "it": """né non* afebbr* apirett* asintomat* anitter* indolor* indolen* aspecif* inalter*
        inoper* irresec* impossib* incapac* incapaz negativ* esclu* liber* normal* nulla manca*
        rifiut* eccetto tranne esent* indenn* apiress* disorient* incomplet* sconosc*
        scompar* aneco*""",
    "nl": """non* on(?!der|ts|ze|ge)* niet-* negatie* [a-z]+loos [a-z]+loze [a-z]*vrij
        [a-z]*vrije asymptomat* afebr* uitgesloten uitsluit* normaal normale gebrek* behalve
        inop* irresectab* ontbre* ontbrak* nergens niemand afgezien weiger* anech* intact""",
    "sv": """non*
        o(?:påv|för|känd|kompl|öm|möj|be|spec|sym|upp|till|regel|fri|smärt|anm|vill|rör)*
        o(?:resek|kl|jäm|änd|säk|hör)* icke* negativ* utesl* fri fritt fria
        [a-zåäö]+fri [a-zåäö]+fritt [a-zåäö]+fria [a-zåäö]+lösa? [a-zåäö]+löst normal*
        afebril* asymptomat* inoperab* brist* förutom ingenting avsakn* avvis* vägra*
        oförändr* osp* u.a anek*""",
    "ro": """nici non* ne(?!vo|ur|fr|op|ce|cro)* negativ* afebril* asimptomat* inoperab* exclu*
        normal* liber* lips* refuz* nimic imposib* indolor* incapab* excepți* inalter*
        anecogen* anicter* nedep* dezor*""",
    "cs": """ani non* ne(?!ur|fr|opl|kr|moc|bo|děl|rv|j(?!ev|sou|ed|ist)|hty)* žádn* negativ*
        afebril* asymptomat* anikter* inoperab* vylouč* volný volná volné volně normální*
        odmít* nic kromě chyb* bez[a-zěščřžýáíéů]* nikdo prost* anechog*""",
}
_DOUBT = {
    "es": """(?<!fue\\s)(?<!hizo\\s)posible* posiblemente probable* probablemente sospech*
        sugestiv* sugier* suger* sugir*""",
    "en": "possib* probab* suspic* suspect* suggest* likely",
    "it": "possibil* probabil* sospett* suggest* suggeriv*",
    "nl": "mogelijk* waarschijnlijk* verdenk* verdacht* suggest* suggereer* vermoed*",
    "sv": """möjlig möjliga möjligen sannolik* trolig* misstank* misstänk* tyder tydde tydande
        talande talade""",
    "ro": "posibil* probabil* suspi* suspect* suger* sugest*",
    "cs": "možn* pravděpodob* podezř* suspekt* nasvědč* svědč*",
}
# What may render a doubt.
_DOUBTED = {
    "es": "posible* podría* podía* puede* dudos* parec* presunt* indic* compatible* orient*",
    "en": "may might could can doubt* seem* appear* presum* indicat* compatib* consistent able",
    "it": "potrebb* poteva può dubbi* sembra* appar* presunt* indic* compatibil* orient* consent*",
    "nl": "zou zouden kan kon kunnen twijfel* lijk* leek leken schijn* wijz* wees wezen pass*",
    "sv": """möjlig* skulle kan kunde kunna oklar* verka* förmod* påmin* förenlig* antyd*
        indiker* inger gav""",
    "ro": "putea poate pot îndoi* pare părea* prezum* bănui* indic* compatibil* putut orient*",
    "cs": """mohl* může mohou pochyb* zdá zdál* zřejmě patrně domněl* předpokl* suger* odpovíd*
        ukaz* vzbud* umožn* lze snad asi""",
}
_NO_SIDE = {
    "en": r"left (?:the|him|her|us|hospital|home|with|to|in|against|untreated|for|at)\b"
    r"|right (?:away|after|before|now)\b",
    "ro": r"drept (?:urmare|consecință|cauză|tratament)",
    "es": r"derecho a\b",
}


@dataclass(frozen=True, slots=True)
class Cues:
    """What tells one thing in one language.

    Args:
        sure: Finds the words that have to have a counterpart.
        possible: Finds those, and what may be one.
    """

    sure: re.Pattern[str]
    possible: re.Pattern[str]


@cache
def side_cues(language: str) -> dict[str, Cues]:
    """Return the cues of `left`, `right` and `bilateral`; none of an unknown language."""
    if language not in _LEFT:
        return {}
    return {
        "left": _cues(_LEFT[language], "", _SHORT_LEFT[language]),
        "right": _cues(_RIGHT[language], "", _SHORT_RIGHT[language]),
        "bilateral": _cues(_BILATERAL[language], _BOTH[language]),
    }


@cache
def negation_cues(language: str) -> Cues | None:
    """Return the cues of negation; None of an unknown language."""
    if language not in _NEGATION:
        return None
    concord = _CONCORD.get(language, "")
    return _cues(_NEGATION[language], _NEGATED[language], concord=concord)


@cache
def doubt_cues(language: str) -> Cues | None:
    """Return the cues of a doubt or possibility; None of an unknown language."""
    return _cues(_DOUBT[language], _DOUBTED[language]) if language in _DOUBT else None


@cache
def no_side(language: str) -> re.Pattern[str] | None:
    """Return what finds phrases in which a side's word tells no side; None where there are none."""
    pattern = _NO_SIDE.get(language)
    return re.compile(rf"(?<!\w)(?:{pattern})", re.IGNORECASE) if pattern else None


def _cues(sure: str, possible: str, short: str = "", concord: str = "") -> Cues:
    listed = _listed(f"{sure} {possible} {concord}")
    surely = f"(?i:{_listed(f'{sure} {concord}')})"
    if concord:  # `no ... ninguna` negates once
        surely += rf"(?i:[^.;:]{{0,80}}?(?<!\w)(?:{_listed(concord)}))?"
    abbreviations = "".join(f"|{word}" for word in short.split())
    return Cues(_whole(surely), _whole(f"(?i:{listed}){abbreviations}"))


def _listed(words: str) -> str:
    """Return alternatives that match the words of a list."""
    return "|".join(
        re.sub(r"\*$", r"[^\\W\\d_]*", word.replace("_", r"\s+")) for word in words.split()
    )


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)")
