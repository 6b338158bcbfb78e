"""Know the numbers that seven languages write as words, up to 99, and months' names.

Made rather than listed: a language glues tens and ones (`tjugofem`, `vijfentwintig`), or parts them
by a blank, a hyphen or an *and* (`treinta y cinco`). The libraries that parse such words know four
of the seven at most.
"""

from __future__ import annotations

from functools import cache

# The ones, the teens, the tens; spellings of one number are parted by a bar.
_ONES = {
    "es": "un|una|uno dos tres cuatro cinco seis siete ocho nueve",
    "en": "one|a|an two three four five six seven eight nine",
    "it": "un|una|uno|un' due tre|tré quattro cinque sei sette otto nove",
    "nl": "een|één twee drie vier vijf zes zeven acht negen",
    "sv": "en|ett två|bägge tre fyra fem sex sju åtta nio",
    "ro": "un|o|una|unu doi|două|doua trei patru cinci șase|şase|sase șapte|şapte opt nouă|noua",
    "cs": """jeden|jedna|jedno|jednu|jedné|jednoho|jedním dva|dvě|dvou|dvěma tři|tří|třem|třemi
        čtyři|čtyř|čtyřem|čtyřmi pět|pěti šest|šesti sedm|sedmi osm|osmi devět|devíti""",
}
_TEENS = {
    "es": """diez once doce trece catorce quince dieciséis|dieciseis diecisiete dieciocho
        diecinueve""",
    "en": """ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen""",
    "it": """dieci undici dodici tredici quattordici quindici sedici diciassette diciotto
        diciannove""",
    "nl": """tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien""",
    "sv": """tio elva tolv tretton fjorton femton sexton sjutton arton nitton""",
    "ro": """zece unsprezece doisprezece|douăsprezece treisprezece paisprezece cincisprezece
        șaisprezece șaptesprezece optsprezece nouăsprezece""",
    "cs": """deset|deseti jedenáct|jedenácti dvanáct|dvanácti třináct|třinácti čtrnáct|čtrnácti
        patnáct|patnácti šestnáct|šestnácti sedmnáct|sedmnácti osmnáct|osmnácti
        devatenáct|devatenácti""",
}
_TENS = {
    "es": "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "it": "venti trenta quaranta cinquanta sessanta settanta ottanta novanta",
    "nl": "twintig dertig veertig vijftig zestig zeventig tachtig negentig",
    "sv": "tjugo trettio fyrtio femtio sextio sjuttio åttio nittio",
    "ro": """douăzeci treizeci patruzeci cincizeci șaizeci șaptezeci optzeci nouăzeci""",
    "cs": """dvacet|dvaceti třicet|třiceti čtyřicet|čtyřiceti padesát|padesáti šedesát|šedesáti
        sedmdesát|sedmdesáti osmdesát|osmdesáti devadesát|devadesáti""",
}
# What stands for a number without being one; the number comes first.
_OTHERS = {
    "es": """1 primer primera primero primeros primeras única único; 2 segundo segunda par ambos
        ambas doble dobles; 3 tercer tercera tercero triple; 4 cuarto cuarta; 5 quinto quinta;
        6 sexto sexta; 7 séptimo séptima; 8 octavo octava; 9 noveno novena; 10 décimo décima;
        100 cien ciento; 1000 mil; 12 docena; 0 cero""",
    "en": """1 first once single; 2 second twice both double pair couple; 3 third triple thrice;
        4 fourth; 5 fifth; 6 sixth; 7 seventh; 8 eighth; 9 ninth; 10 tenth; 11 eleventh;
        12 twelfth dozen; 100 hundred; 1000 thousand; 0 zero""",
    "it": """1 primo prima primi prime singola singolo; 2 secondo seconda entrambi entrambe doppio
        doppia paio; 3 terzo terza triplice triplo; 4 quarto quarta; 5 quinto quinta; 6 sesto sesta;
        7 settimo settima; 8 ottavo ottava; 9 nono nona; 10 decimo decima; 100 cento; 1000 mille;
        0 zero""",
    "nl": """1 eerste eenmaal eenmalig enkele; 2 tweede tweemaal beide dubbele dubbel paar; 3 derde
        driemaal; 4 vierde viermaal; 5 vijfde; 6 zesde; 7 zevende; 8 achtste; 9 negende; 10 tiende;
        12 dozijn; 100 honderd; 1000 duizend; 0 nul""",
    "sv": """1 första förste enda; 2 andra båda dubbel par; 3 tredje; 4 fjärde; 5 femte; 6 sjätte;
        7 sjunde; 8 åttonde; 9 nionde; 10 tionde; 12 dussin; 100 hundra; 1000 tusen; 0 noll""",
    "ro": """1 prima primul primele primii singură singur; 2 doilea doua ambele ambii dublă dublu
        pereche; 3 treilea treia triplă triplu; 4 patrulea patra; 5 cincilea cincea; 6 șaselea
        șasea; 7 șaptelea șaptea; 8 optulea opta; 9 nouălea noua; 10 zecelea zecea; 100 sută sute;
        1000 mie mii; 0 zero""",
    "cs": """1 první prvního prvním jednou jediný jediná; 2 druhý druhá druhé druhého druhém dvakrát
        oba obě obou dvojitý pár; 3 třetí třetího třetím třikrát trojitý; 4 čtvrtý čtvrtá čtvrté
        čtvrtého čtyřikrát; 5 pátý pátá páté pátého; 6 šestý šestá šesté šestého; 7 sedmý sedmá
        sedmé sedmého; 8 osmý osmá osmé osmého; 9 devátý devátá deváté; 10 desátý desátá desáté;
        100 sto; 1000 tisíc; 0 nula""",
}
_MONTHS = {
    "es": """enero febrero marzo abril mayo junio julio agosto septiembre|setiembre octubre
        noviembre diciembre""",
    "en": """january|jan february|feb march april|apr may june july august|aug september|sept
        october|oct november|nov december|dec""",
    "it": """gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre
        dicembre""",
    "nl": """januari februari maart april mei juni juli augustus september oktober november
        december""",
    "sv": """januari februari mars april maj juni juli augusti september oktober november
        december""",
    "ro": """ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie
        decembrie""",
    "cs": """leden|ledna|lednu únor|února|únoru březen|března|březnu duben|dubna|dubnu
        květen|května|květnu červen|června|červnu červenec|července|červenci srpen|srpna|srpnu
        září říjen|října|říjnu listopad|listopadu prosinec|prosince|prosinci""",
}
# What is glued to a number that tells an age: `šedesátiletý`.
_AGED = {
    "cs": "letý letá leté letého letou letém letému letým letých",
    "sv": "årig åriga årigt åring åringen",
    "nl": "jarige jarig",
}
AND = {"es": "y", "ro": "și"}  # stands between tens and ones


@cache
def number_words(language: str) -> dict[str, int]:
    """Return the words of a language (`es`) that stand for one number each; none of another."""
    if language not in _ONES:
        return {}
    words = {
        **_numbered(_ONES[language], 1),
        **_numbered(_TEENS[language], 10),
        **_numbered(_TENS[language], 2, step=10),
    }
    words |= _glued(language)
    for entry in _OTHERS[language].split(";"):
        number, *names = entry.split()
        words |= {name: int(number) for name in names if name not in words}
    endings = _AGED.get(language, "").split()
    aged = {word + end: number for word, number in words.items() for end in endings}
    return words | aged


@cache
def month_words(language: str) -> dict[str, int]:
    """Return the months' names of a language with their numbers; none of another."""
    return _numbered(_MONTHS.get(language, ""), 1)


@cache
def tens_and_ones(language: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the words for tens, and those for ones, that make one number side by side."""
    tens = _numbered(_TENS.get(language, ""), 2)
    ones = _numbered(_ONES.get(language, ""), 1)
    return frozenset(tens), frozenset(ones) - {"a", "an", "o"}


def _numbered(words: str, first: int, *, step: int = 1) -> dict[str, int]:
    """Return words that count up from `first`, each spelling with its number."""
    return {
        spelling: number * step
        for number, spellings in enumerate(words.split(), start=first)
        for spelling in spellings.split("|")
    }


def _glued(language: str) -> dict[str, int]:
    """Return the numbers from 21 to 99 that are written as one word."""
    tens = _numbered(_TENS[language], 2, step=10)
    ones = _numbered(_ONES[language], 1)
    words = {}
    for ten, tenfold in tens.items():
        for digit, number in ones.items():
            for word in _compounds(language, ten, digit):
                words[word] = tenfold + number
    return words


def _compounds(language: str, ten: str, digit: str) -> tuple[str, ...]:
    match language:
        case "es":
            accented = {"dos": "dós", "tres": "trés", "seis": "séis", "un": "ún"}
            glued = f"veinti{digit}", f"veinti{accented.get(digit, digit)}"
            return glued if ten == "veinte" else ()
        case "it":
            stem = ten[:-1] if digit[0] in "uo" else ten
            return (stem + digit,)
        case "nl":
            link = "ën" if digit.endswith("e") else "en"
            return (digit + link + ten,)
        case "sv":
            return (ten + digit,)
        case "cs":
            return (f"{digit}a{ten}",)
        case _:
            return ()
