from jobs.research.pass_speed import Timing, format_timings, own_ways, time_ways
from projector.document import Document, DocumentPair
from projector.models.character_ngrams import TinyEncoder

PAIR = DocumentPair(Document("d", "es", "Tos seca."), Document("d", "en", "A dry cough."))


def test_ways_take_turns_and_are_warmed_up():
    calls = []
    ways = {name: lambda _, name=name: calls.append(name) for name in ("simalign-argmax", "a")}
    timings = time_ways(ways, [PAIR, PAIR], rounds=2)
    assert calls == ["simalign-argmax", "a"] * 5
    assert timings[0].ratio == 1 and timings[1].ratio > 0


def test_the_table_tells_the_share_of_the_pass():
    peer = Timing("simalign-argmax", 8, 1)
    timings = [peer, Timing("int8 pass", 1, 8), Timing("int8 whole", 2, 4)]
    assert format_timings(timings).splitlines()[2:] == [
        "| simalign-argmax | 8.00 | 1.00 |  |",
        "| int8 pass | 1.00 | 8.00 |  |",
        "| int8 whole | 2.00 | 4.00 | 50% |",
    ]


def test_own_ways_are_the_pass_and_all_of_it():
    ways = own_ways(TinyEncoder(), "fp32")
    assert list(ways) == ["fp32 pass", "fp32 whole"]
    assert len(ways["fp32 pass"](PAIR)) == 2
    assert ways["fp32 whole"](PAIR).source is PAIR.source
