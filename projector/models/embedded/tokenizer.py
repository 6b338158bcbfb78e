"""Build an XLM-R style fast tokenizer (Unigram, Metaspace, nmt_nfkc) from pieces and scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from projector.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from tokenizers.normalizers import Normalizer

_NORMALIZER_SPEC = 3  # field of sentencepiece's ModelProto
_PRECOMPILED_CHARSMAP = 2  # field of its NormalizerSpec


def build_tokenizer(
    pieces: Sequence[str], scores: Sequence[float], *, bos: int, eos: int, unk: int
) -> Tokenizer:
    """Build the tokenizer: begin and end token around, runs of spaces folded to one.

    Args:
        pieces: The vocabulary in id order.
        scores: Unigram log probabilities, one a piece.
        bos, eos, unk: Ids of the begin, end and unknown token.
    """
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram([*zip(pieces, scores, strict=True)], unk_id=unk))
    tokenizer.normalizer = normalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{pieces[bos]} $A {pieces[eos]}",
        special_tokens=[(pieces[bos], bos), (pieces[eos], eos)],
    )
    return tokenizer


@cache
def normalizer() -> Normalizer:
    """Return what makes of a text what pieces are sought in: nmt_nfkc, runs of spaces folded."""
    from tokenizers import Regex, normalizers

    return normalizers.Sequence(
        [normalizers.Precompiled(nmt_nfkc()), normalizers.Replace(Regex(" {2,}"), " ")]
    )


def nmt_nfkc() -> bytes:
    """Return the compiled character map nmt_nfkc, as the sentencepiece package carries it.

    Its normaliser serialises to a model proto; the map is cut out of the wire format, so that no
    protobuf runtime is needed.

    Raises:
        ModelError: The package's proto holds no map.
    """
    from sentencepiece import SentencePieceNormalizer

    proto = SentencePieceNormalizer(rule_name="nmt_nfkc").serialized_model_proto()
    for field, spec in _length_delimited(proto):
        if field == _NORMALIZER_SPEC:
            for inner, value in _length_delimited(spec):
                if inner == _PRECOMPILED_CHARSMAP and value:
                    return value
    raise ModelError(
        "the installed sentencepiece package gives no nmt_nfkc character map; "
        "expected one from sentencepiece 0.2. Reinstall it: pip install 'sentencepiece>=0.2'"
    )


def _length_delimited(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (field number, bytes) for every length-delimited field of a protobuf message."""
    offset = 0
    while offset < len(message):
        key, offset = _varint(message, offset)
        kind = key & 7
        if kind == 0:
            _, offset = _varint(message, offset)
        elif kind == 2:
            size, offset = _varint(message, offset)
            yield key >> 3, message[offset : offset + size]
            offset += size
        else:
            offset += {1: 8, 5: 4}[kind]


def _varint(message: bytes, offset: int) -> tuple[int, int]:
    """Read a base-128 integer; return it and the offset behind it."""
    value = shift = 0
    while True:
        byte = message[offset]
        offset += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, offset
        shift += 7
