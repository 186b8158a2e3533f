"""Contributions of tokens, put together to words."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_networks import GROUPS, TEXTS, made

from fairkit.text import (
    Change,
    LexiconMask,
    Rewritten,
    SwapDirection,
    explain,
    sensitivities,
    train_protected_model,
)
from fairkit.text.attribution import Pieces, parts_of


@settings(max_examples=30)
@given(st.text(max_size=30), st.data())
def test_words_add_up_to_the_text(text, data):
    """Whatever the tokens are, every contribution lands in one part, and parts cover what they say."""
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=2, max_size=12)))
    spans = tuple(pairwise(cuts))
    values = np.arange(1, len(spans) + 1) * 1.0
    found = parts_of(Pieces(text, tuple(text[a:b] for a, b in spans), spans, values))
    assert sum(part.value for part in found) == values.sum()
    assert all(text[part.start : part.end] == part.word for part in found)
    assert [part.start for part in found] == sorted(part.start for part in found)


def test_without_offsets_every_token_is_a_part():
    """Features, and tokens that do not know their place, keep their names; the nameless get numbers."""
    found = parts_of(Pieces(None, ("age",), (), np.array([0.5, 0.25])))
    assert [tuple(part) for part in found] == [("age", None, None, 0.5), ("position 1", None, None, 0.25)]


def test_one_text_is_explained():
    """The parts of a text are its words, add up to its sensitivity, and the largest can be asked for."""
    model = made("bert").model
    protected = train_protected_model(model, TEXTS, GROUPS)
    found = explain(model, TEXTS[13], protected=protected, output="logit", scale="unit")
    row = sensitivities(model, TEXTS, protected=protected, output="logit", scale="unit")
    assert found.value == pytest.approx(row.value(13), rel=1e-9)
    assert sum(part.value for part in found.parts) == pytest.approx(found.value, rel=1e-9)
    assert [part.word for part in found.parts] == TEXTS[13].split()
    assert found.label == model.labels[row.targets[13]]
    assert found.probability == pytest.approx(row.probabilities[13].max(), rel=1e-9)
    assert abs(found.largest(1)[0].value) == max(abs(part.value) for part in found.parts)
    other = explain(model, TEXTS[13], protected=protected, group="f", target="given", given="low")
    assert other.label == "low"


def swap(text):
    """Swap the pronoun at the beginning."""
    for one, two in (("she", "he"), ("he", "she")):
        if text.startswith(f"{one} "):
            return Rewritten(text, two + text[len(one) :], (Change(0, len(one), one, two, "pair"),))
    return Rewritten(text, text)


def test_a_swap_has_a_direction():
    """Along the way back to the text's own words P is the swap's first-order effect, exactly so for lines."""
    for kind in ("bag", "bert"):
        model = made(kind).model
        asked = {"protected": SwapDirection(swap), "target": "low", "output": "logit", "tokens": True}
        found = sensitivities(model, TEXTS, **asked)
        p, q = (model.probabilities(texts)[:, 0] for texts in (TEXTS, [swap(text).text for text in TEXTS]))
        gap = np.log(p / (1 - p)) - np.log(q / (1 - q))
        assert np.corrcoef(found.values, gap)[0, 1] > (0.99 if kind == "bag" else 0.5)
        assert [part.word for part in found.parts(0) if part.value] == ["she"]


def test_counterfactuals_of_other_lengths_have_no_direction():
    """Positions that do not correspond are not compared."""
    model = made("bert").model

    def longer(text):
        return Rewritten(text, f"{text} {text}", (Change(0, 3, text[:3], text[:3], "more"),))

    found = sensitivities(model, TEXTS[:2], protected=SwapDirection(longer))
    assert found.why == ("no counterfactual with as many tokens",) * 2
    assert sensitivities(model, ["birds"], protected=SwapDirection(swap)).mean is None
    mask = LexiconMask(swap)
    assert mask.spans("she sings") == [(0, 3)]
    assert sensitivities(model, TEXTS[:2], protected=mask, signed=False).measured.all()
