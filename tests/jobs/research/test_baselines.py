"""Baselines: what is ours of them, without their packages."""

import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from jobs.research.baselines.awesome_align import extract
from jobs.research.baselines.baseline import Links, WordList, import_package
from jobs.research.baselines.lexical import match_mentions
from jobs.research.baselines.limits import cut_to_fit
from jobs.research.baselines.pairing import Bead, pair_sentences
from jobs.research.baselines.spans import project_spans, spans_of_links
from jobs.research.baselines.systems import BASELINES, chosen_baselines, load_baselines
from jobs.research.baselines.weights import describe_tokenizer, readable_folder
from jobs.research.baselines.words import surfaces, word_offsets
from projector.document import Document, DocumentPair, Fragment, Mention
from projector.errors import ConfigurationError


def pair_of(source: str, target: str, *mentions: str | tuple[str, ...]) -> DocumentPair:
    """Make a pair; every mention is given by its fragments' (first) occurrences, in order."""
    made = []
    place = 0
    for number, fragments in enumerate(mentions, start=1):
        parts = []
        for words in (fragments,) if isinstance(fragments, str) else fragments:
            place = source.index(words, place)
            parts.append(Fragment(place, place + len(words)))
            place += 1
        made.append(Mention(f"T{number}", "X", tuple(parts)))
    return DocumentPair(Document("d", "es", source, tuple(made)), Document("d", "en", target))


def found(pair: DocumentPair, spans: dict[str, Fragment]) -> dict[str, str]:
    return {id_: pair.target.text[one.start : one.end] for id_, one in spans.items()}


class TestWords:
    def test_runs_and_symbols(self) -> None:
        text = "La fiebre (39,5 °C) cedió."
        expected = ["La", "fiebre", "(", "39", ",", "5", "°", "C", ")", "cedió", "."]
        assert surfaces(text, word_offsets(text)) == expected

    def test_accents_stay_with_their_letter(self) -> None:
        text = "hipertensio\u0301n"
        assert surfaces(text, word_offsets(text)) == [text]

    @given(st.text())
    def test_only_white_space_lies_outside(self, text: str) -> None:
        words = surfaces(text, word_offsets(text))
        assert "".join(words) == "".join(text.split())
        assert all(word.split() == [word] for word in words)


class TestLexical:
    def test_case_is_folded_and_words_are_whole(self) -> None:
        pair = pair_of("Tos y asma.", "Tosca, TOS, asthma, Asma.", "Tos", "asma")
        assert found(pair, match_mentions(pair)) == {"T1": "TOS", "T2": "Asma"}

    def test_repeated_mentions_take_the_nearest_free_place(self) -> None:
        pair = pair_of(
            "EPOC, luego nada, y otra vez EPOC", "EPOC and then again EPOC", "EPOC", "EPOC"
        )
        spans = match_mentions(pair)
        assert [spans["T1"].start, spans["T2"].start] == [0, 20]

    def test_a_taken_place_is_not_given_twice(self) -> None:
        pair = pair_of("EPOC y EPOC", "one EPOC only", "EPOC", "EPOC")
        assert list(match_mentions(pair)) == ["T1"]

    def test_mentions_of_one_stretch_share_their_place(self) -> None:
        span = (Fragment(0, 4),)
        source = Document("d", "es", "EPOC", (Mention("T1", "X", span), Mention("T2", "Y", span)))
        spans = match_mentions(DocumentPair(source, Document("d", "en", "EPOC")))
        assert spans == {"T1": Fragment(0, 4), "T2": Fragment(0, 4)}

    def test_letters_that_grow_when_folded_keep_their_offsets(self) -> None:
        pair = pair_of("x Straße", "ßßß İ STRASSE", "Straße")
        assert found(pair, match_mentions(pair)) == {"T1": "STRASSE"}

    def test_half_a_folded_letter_is_no_match(self) -> None:
        pair = pair_of("s", "ß", "s")
        assert match_mentions(pair) == {}


class Scripted:
    """A baseline that gives the links it was told, and remembers what it was asked."""

    name = "scripted"

    def __init__(self, *links: Links, whole_documents: bool = False) -> None:
        self.links = list(links)
        self.whole_documents = whole_documents
        self.asked: list[tuple[WordList, WordList]] = []

    def align(
        self, source_words: Sequence[WordList], target_words: Sequence[WordList]
    ) -> list[Links]:
        self.asked += zip(source_words, target_words, strict=True)
        return self.links


def one_to_one(source: Sequence[str], target: Sequence[str]) -> list[Bead]:
    return [(n, n + 1, n, n + 1) for n in range(min(len(source), len(target)))]


class TestSpans:
    source = "dolor abdominal agudo"
    target = "acute abdominal pain"

    def spans(self, links: Links, *mentions: str | tuple[str, ...]) -> dict[str, str]:
        pair = pair_of(self.source, self.target, *mentions)
        offsets = word_offsets(self.source), word_offsets(self.target)
        return found(pair, spans_of_links(pair.source.mentions, *offsets, links))

    def test_first_to_last_aligned_word(self) -> None:
        assert self.spans([(0, 2), (2, 0)], self.source) == {"T1": self.target}

    def test_links_of_other_words_play_no_part(self) -> None:
        assert self.spans([(0, 2), (1, 1), (2, 0)], "dolor abdominal") == {"T1": "abdominal pain"}

    def test_unlinked_mentions_are_left_out(self) -> None:
        assert self.spans([(0, 2)], "abdominal") == {}
        assert self.spans([], "dolor") == {}

    def test_all_fragments_count_and_what_lies_between_does_not(self) -> None:
        assert self.spans([(0, 1), (1, 0), (2, 2)], ("dolor", "agudo")) == {"T1": "abdominal pain"}

    def test_part_of_a_word_counts_for_the_word(self) -> None:
        assert self.spans([(1, 1)], "abdom") == {"T1": "abdominal"}

    def test_sentences_are_aligned_apart_and_counted_from_the_text(self) -> None:
        pair = pair_of("Tiene fiebre. Sin tos.", "He has fever. No cough.", "fiebre", "tos")
        baseline = Scripted([(1, 2)], [(1, 1)])
        assert found(pair, project_spans(baseline, pair, beads=one_to_one)) == {
            "T1": "fever",
            "T2": "cough",
        }
        assert baseline.asked[1] == (["Sin", "tos", "."], ["No", "cough", "."])

    def test_whole_documents_are_aligned_at_once(self) -> None:
        pair = pair_of("Tiene fiebre. Sin tos.", "No cough. Fever.", "fiebre", "tos")
        baseline = Scripted([(1, 3), (4, 1)], whole_documents=True)
        assert found(pair, project_spans(baseline, pair)) == {"T1": "Fever", "T2": "cough"}
        assert len(baseline.asked) == 1


class TestPairing:
    def test_stretches_cover_their_sentences(self) -> None:
        source, target = "Uno dos. Tres. Cuatro.", "One two three. Four."

        def beads(left: Sequence[str], right: Sequence[str]) -> list[Bead]:
            assert (list(left), list(right)) == (
                ["Uno dos.", "Tres.", "Cuatro."],
                ["One two three.", "Four."],
            )
            return [(0, 2, 0, 1), (2, 3, 1, 2)]

        left, right = pair_sentences(source, target, beads=beads)
        assert surfaces(source, left) == ["Uno dos. Tres.", "Cuatro."]
        assert surfaces(target, right) == ["One two three.", "Four."]

    def test_sentences_without_counterpart_are_left_out(self) -> None:
        left, right = pair_sentences(
            "Uno. Dos.", "Two.", beads=lambda *_: [(0, 1, 0, 0), (1, 2, 0, 1)]
        )
        assert (left.tolist(), right.tolist()) == ([[5, 9]], [[0, 4]])

    @pytest.mark.parametrize(("source", "target"), [("", "One."), ("Uno.", " \n"), ("", "")])
    def test_an_empty_text_pairs_with_nothing(self, source: str, target: str) -> None:
        left, right = pair_sentences(source, target)
        assert left.shape == right.shape == (0, 2)

    def test_lengths_find_a_split_sentence(self) -> None:
        pytest.importorskip("galechurch", reason="pip install '.[peers]'")
        long, short = "palabra " * 20, "breve " * 4
        source = f"{long.strip()}. {short.capitalize().strip()}."
        half = ("word word " * 8).strip().capitalize()
        target = f"{half}. {half}. {short.capitalize().strip()}."
        left, right = pair_sentences(source, target)
        assert surfaces(target, right) == [f"{half}. {half}.", f"{short.capitalize().strip()}."]
        assert len(left) == 2


class TestCutToFit:
    def test_what_fits_stays_whole(self) -> None:
        assert cut_to_fit([1, 1], [1, 1, 1], room=3) == [(slice(0, 2), slice(0, 3))]

    def test_both_sides_are_cut_at_the_same_shares(self) -> None:
        blocks = cut_to_fit([1] * 8, [1] * 4, room=4)
        assert blocks == [(slice(0, 4), slice(0, 2)), (slice(4, 8), slice(2, 4))]

    def test_an_empty_side_gives_nothing(self) -> None:
        assert cut_to_fit([], [1], room=4) == []

    @given(
        st.lists(st.integers(0, 9), max_size=30),
        st.lists(st.integers(0, 9), max_size=30),
        st.integers(1, 12),
    )
    def test_parts_fit_and_are_in_order(
        self, source: list[int], target: list[int], room: int
    ) -> None:
        blocks = cut_to_fit(source, target, room=room)
        for number, counts in enumerate((source, target)):
            parts = [block[number] for block in blocks]
            assert all(one.stop <= two.start for one, two in pairwise(parts))
            assert all(
                sum(counts[part]) <= room or np.count_nonzero(counts[part]) == 1 for part in parts
            )


class TestAwesome:
    """Toy vectors: with one-hot targets, the source's vectors are its scores."""

    def links(self, scores: list[list[float]], threshold: float = 0.001) -> list[list[int]]:
        kept = extract(
            torch.tensor(scores, dtype=torch.float32),
            torch.eye(len(scores[0])),
            threshold=threshold,
        )
        return kept.nonzero().tolist()

    def test_sharp_scores_give_one_link_each(self) -> None:
        assert self.links([[0, 20, 0], [20, 0, 0], [0, 0, 20]]) == [[0, 1], [1, 0], [2, 2]]

    def test_both_directions_must_agree(self) -> None:
        # Token 1 chooses target 0, which is taken by token 0 and does not choose it back.
        assert self.links([[40, 0], [20, 0]]) == [[0, 0]]

    def test_flat_scores_link_everything(self) -> None:
        assert len(self.links([[1, 1], [1, 1]])) == 4

    def test_probabilities_are_compared_with_the_threshold(self) -> None:
        scores = np.array([[0.0, 2.0], [1.0, 0.0]])
        odds = np.exp(scores)
        both = np.minimum(odds / odds.sum(1, keepdims=True), odds / odds.sum(0, keepdims=True))
        for threshold in (0.05, 0.2, 0.8):
            expected = np.argwhere(both > threshold).tolist()
            assert self.links(scores.tolist(), threshold) == expected


class TestFolder:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        from tokenizers import Tokenizer, models, processors

        pieces = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("a", -1.0)]
        tokenizer = Tokenizer(models.Unigram(pieces, unk_id=3))
        tokenizer.post_processor = processors.TemplateProcessing(
            single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
        )
        tokenizer.save(str(tmp_path / "tokenizer.json"))
        config = '{"model_type": "bert", "pad_token_id": 1, "max_position_embeddings": 512}'
        (tmp_path / "config.json").write_text(config, encoding="utf-8")
        return tmp_path

    def test_a_tokenizer_is_described(self, folder: Path) -> None:
        assert describe_tokenizer(folder) == {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "cls_token": "<s>",
            "sep_token": "</s>",
            "pad_token": "<pad>",
            "model_max_length": 512,
        }

    def test_transformers_reads_the_lent_folder_as_it_is_meant(self, folder: Path) -> None:
        from transformers import AutoTokenizer

        before = sorted(folder.iterdir())
        with readable_folder(folder) as lent:
            tokenizer = AutoTokenizer.from_pretrained(lent, local_files_only=True)
        assert tokenizer("aa")["input_ids"] == [0, 4, 4, 2]
        assert tokenizer.pad_token_id == 1
        assert sorted(folder.iterdir()) == before

    def test_a_described_folder_is_lent_itself(self, folder: Path) -> None:
        (folder / "tokenizer_config.json").write_text("{}", encoding="utf-8")
        with readable_folder(folder) as lent:
            assert lent == folder


class TestNames:
    def test_a_family_and_all(self) -> None:
        assert chosen_baselines(["simalign"]) == [
            "simalign-argmax",
            "simalign-itermax",
            "simalign-mwmf",
        ]
        assert chosen_baselines(["exact-match", "awesome-align"]) == [
            "awesome-align",
            "exact-match",
        ]
        assert chosen_baselines(["all"]) == list(BASELINES)

    def test_an_unknown_name_is_refused(self) -> None:
        with pytest.raises(ConfigurationError, match=r"no peer is called 'eflomal'.*exact-match"):
            chosen_baselines(["eflomal"])

    def test_the_baseline_needs_no_weights(self) -> None:
        pair = pair_of("EPOC", "EPOC", "EPOC")
        system = load_baselines(["exact-match"])["exact-match"]
        assert system.project(pair) == {"T1": ((Fragment(0, 4),), 0.0)}
        assert system.link is None


class TestImports:
    def test_a_missing_package_says_how_to_install_it(self) -> None:
        with pytest.raises(ConfigurationError, match=r"pip install '\.\[peers\]'"):
            import_package("no_such_aligner")

    def test_nothing_heavy_is_imported_with_the_names(self) -> None:
        code = "import sys, jobs.research.baselines.systems; print(*sys.modules)"
        done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
        heavy = {"torch", "transformers", "simalign", "ctfalign", "galechurch"}
        assert not heavy & set(done.stdout.decode().split())
