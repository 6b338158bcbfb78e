import re

import pytest
from click.testing import CliRunner

from jobs.research.many_mentions import main, parallel_texts, spread_mentions
from jobs.research.synthetic.generate import sample_passages
from projector.text.words import find_words

LINE = re.compile(r"(\d+) mentions .*?\(([\d.]+) s of processors\), (\d+) MiB")


@pytest.fixture
def samples(pytestconfig):
    return pytestconfig.rootpath / "data_samples/brat"


def test_texts_are_as_long_as_asked_and_stand_beside_their_translation(samples):
    passages = sample_passages(samples, ("es", "en"))
    source, target = parallel_texts(passages, characters=5000, languages=("es", "en"))
    assert len(source) == 5000
    assert 4000 < len(target) < 6000
    longer, _ = parallel_texts(passages, characters=9000, languages=("es", "en"))
    assert longer.startswith(source)


@pytest.mark.parametrize(("count", "words"), [(1, 1), (4, 2), (9, 3), (3, 50)])
def test_mentions_are_spread_over_the_whole_text(count, words):
    text = "uno dos, tres cuatro cinco"
    document = spread_mentions(text, "es", count=count, words=words)
    sizes = [len(find_words(mention.surface(text), "es")) for mention in document.mentions]
    assert sizes == [min(words, 6)] * count
    assert document.mentions[0].start == 0
    assert count == 1 or document.mentions[-1].end == len(text)


def measured(*arguments):
    """Return the processor's seconds and the MiB of each line that the command prints."""
    result = CliRunner().invoke(main, [str(one) for one in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return [(float(line[1]), int(line[2])) for line in LINE.findall(result.output)]


@pytest.mark.slow
def test_ten_thousand_mentions_in_a_megabyte(samples):
    few, many = measured("--from", samples, "--mentions", 5000, "--mentions", 10_000)
    assert many[0] < 80 and many[1] < 1400
    assert many[0] < 3 * few[0]


@pytest.mark.slow
def test_mentions_as_long_as_their_text(samples):
    arguments = ("--from", samples, "--words", 200, "--characters", 1200)
    few, many = measured(*arguments, "--mentions", 500, "--mentions", 1000)
    assert few[0] < 10 and few[1] < 600
    assert many[0] < 3 * few[0]


@pytest.mark.slow
def test_mentions_that_overlap_all_over_a_long_text(samples):
    arguments = ("--from", samples, "--words", 50, "--characters", 200_000)
    few, many = measured(*arguments, "--mentions", 2500, "--mentions", 5000)
    assert many[0] < 80 and many[1] < 1400
    assert many[0] < 3 * few[0]
