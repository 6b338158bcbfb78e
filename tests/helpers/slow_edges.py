"""What an edge model is asked and answers, in plain loops, for tests to compare with."""

import math

import numpy as np

from projector.models.edge_model import CONTEXT, EdgeShape


def slow_word(m, word, text, asked, shares, source, target):
    """Return what is asked of one target word about span m: 25 numbers."""
    own, before, behind = compared_words(m, asked, len(source))
    vectors, vector = text.source.numpy(), text.target.numpy()[word]
    purity, coverage = (share_at(shares, values, m, word) for values in _values(shares))

    def nearest(words):
        return max((float(vectors[n] @ vector) for n in words), default=0.0)

    first, last = int(asked.first[m]), int(asked.last[m])
    mean = mean_vector(m, text, asked)
    start, end = target.offsets[word].tolist()
    numbers = {
        "purity": purity,
        "coverage": math.log(coverage + 1e-3) / 3,
        "claimed by others": min(max(float(text.claimed[word]) - purity, 0), 1),
        "nearest own": nearest(own),
        "nearest before": nearest(before),
        "nearest behind": nearest(behind),
        "first own": nearest([first]),
        "last own": nearest([last - 1]),
        "next before": nearest([first - 1] if first else []),
        "next behind": nearest([last] if last < len(source) else []),
        "mean": float(mean @ vector),
        "begins": 0.0 if asked.begins is None else float(asked.begins[m, word]),
        "ends": 0.0 if asked.ends is None else float(asked.ends[m, word]),
        "function": target.function[word],
        "lexical": target.lexical[word],
        "opening": target.opening[word],
        "opening bracket": target.bracket[word] == 1,
        "closing bracket": target.bracket[word] == -1,
        "separator": target.separator[word],
        "cut before": target.splits_compound[word],
        "cut behind": target.splits_compound[word + 1],
        "capital": target.capital[word],
        "numeric": target.numeric[word],
        "length": (end - start) / 10,
        "opens line": target.opens_line[word],
    }
    return {name: float(number) for name, number in numbers.items()}


def slow_mention(m, asked, source):
    """Return what is said of span m itself: 17 numbers."""
    first, last = int(asked.first[m]), int(asked.last[m])
    numbers = []
    for word in (first, last - 1, first - 1, last):
        if 0 <= word < len(source):
            kinds = source.function[word], source.lexical[word]
            numbers += [*kinds, source.bracket[word] != 0, source.separator[word]]
        else:
            numbers += [0, 0, 0, 0]
    return [float(number) for number in [*numbers, math.log(last - first)]]


def slow_absence(m, text, asked, shares, source, target):
    """Return what is said of whether span m is there at all: 11 numbers."""
    own, before, behind = compared_words(m, asked, len(source))
    vectors, others = text.source.numpy(), text.target.numpy()
    words = asked_words(m, asked, len(target))
    nearest = {n: max(float(vectors[n] @ others[w]) for w in words) for n in own + before + behind}

    def mean(values):
        return sum(values) / len(values) if values else 0.0

    contested = 0.0
    for word in words:
        purity, coverage = (share_at(shares, values, m, word) for values in _values(shares))
        contested += min(max(float(text.claimed[word]) - purity, 0), 1) * coverage
    return [
        float(shares.purity[m].max(initial=0)),
        float(shares.coverage[m].max(initial=0)),
        min(float(shares.coverage[m].sum()), 1.0),
        max(nearest[n] for n in own),
        mean([nearest[n] for n in own]),
        min(nearest[n] for n in own),
        max(float(mean_vector(m, text, asked) @ others[w]) for w in words),
        mean([nearest[n] for n in before]),
        mean([nearest[n] for n in behind]),
        math.log(asked.last[m] - asked.first[m]),
        contested,
    ]


def asked_words(m, asked, count):
    """Return the target words that are looked at for span m, in order."""
    low, high = int(asked.low[m]) - CONTEXT, int(asked.high[m]) + CONTEXT
    return [word for word in range(low, high) if 0 <= word < count]


def compared_words(m, asked, count):
    """Return the source words within span m (of a long one its ends), before and behind it."""
    first, last = int(asked.first[m]), int(asked.last[m])
    own = list(range(first, last))
    if len(own) > 128:
        own = own[:64] + own[-64:]
    before = [n for n in range(first - 8, first) if n >= 0]
    return own, before, [n for n in range(last, last + 8) if n < count]


def mean_vector(m, text, asked):
    own, _, _ = compared_words(m, asked, len(text.source))
    total = text.source.numpy()[own].sum(0)
    return total / np.linalg.norm(total)


def _values(shares):
    return shares.purity, shares.coverage


def share_at(shares, values, m, word):
    within = word - int(shares.first[m])
    return float(values[m, within]) if 0 <= within < values.shape[1] else 0.0


def slow_scores(model, questions, source, target, row):
    """Return what each word of a row scores as first, as last and within, and having none."""
    state = {name: value.double().numpy() for name, value in model.state_dict().items()}
    shape: EdgeShape = model.shape
    width = questions.word.shape[1]
    span = state["source.weight"] @ (4 * questions.span[row].double().numpy())
    edges = [4 * source[n].double().numpy() for n in questions.edges[row].tolist()]
    mention = [
        *questions.mention[row].tolist(),
        *np.concatenate([state["source.weight"] @ vector for vector in edges]),
    ]
    blank = [0.0] * (shape.features + 2 * shape.reduced)

    def seen(place):
        if not 0 <= place < width or not questions.inside[row, place]:
            return blank
        features = questions.features[row, place].double().numpy()
        features = (features - state["feature_mean"]) / state["feature_scale"]
        word = int(questions.word[row, place])
        vector = state["target.weight"] @ (4 * target[word].double().numpy())
        return [*features, *vector, *(vector * span)]

    scores = []
    for place in range(width):
        around = [n for step in range(-CONTEXT, CONTEXT + 1) for n in seen(place + step)]
        hidden = state["hidden.weight"] @ np.array([*around, *mention]) + state["hidden.bias"]
        scores.append(state["scores.weight"] @ _gelu(hidden) + state["scores.bias"])
    absence = (questions.absence[row].double().numpy() - state["absence_mean"]) / state[
        "absence_scale"
    ]
    hidden = _gelu(state["absent.0.weight"] @ absence + state["absent.0.bias"])
    none = state["absent.2.weight"] @ hidden + state["absent.2.bias"]
    return np.array(scores), float(none[0])


def slow_span_score(scores, inside, first, last):
    """Return what a span from place `first` to place `last`, both in it, scores."""
    within = sum(scores[place][2] for place in range(first, last + 1) if inside[place])
    return scores[first][0] + scores[last][1] + within


def _gelu(values):
    return np.array([value * (1 + math.erf(value / math.sqrt(2))) / 2 for value in values])
