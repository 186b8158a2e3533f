"""What prediction sensitivity refuses, leaves out with a reason, or notes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from tiny_networks import (
    CLASSES,
    TEXTS,
    VOCABULARY,
    Attentive,
    Bag,
    Fixed,
    made,
)
from torch import nn
from torch.nn import functional

from fairkit.errors import DataError, UsageError
from fairkit.text import LexiconMask, class_sensitivities, explain, from_module, sensitivities
from fairkit.text.networks import Embedded

ROWS = np.random.default_rng(0).normal(size=(6, 6))


def measured(module, **settings):
    """Measure a module of features."""
    return sensitivities(from_module(module, labels=CLASSES, **settings), ROWS, protected=Fixed())


def test_training_mode_is_refused():
    """A module in training mode, or one part of it, is refused by name."""
    with pytest.raises(UsageError, match=r"training mode.*eval\(\)"):
        measured(nn.Sequential(nn.Linear(6, 3), nn.Dropout()))
    module = nn.Sequential(nn.Linear(6, 3), nn.Dropout()).eval()
    module[1].train()
    with pytest.raises(UsageError, match=r"training mode \('1'\)"):
        measured(module)


def test_normalising_over_the_batch_is_refused():
    """Batch norm without running statistics mixes rows in evaluation mode too."""
    module = nn.Sequential(nn.Linear(6, 3), nn.BatchNorm1d(3, track_running_stats=False)).eval()
    with pytest.raises(UsageError, match="not independent"):
        measured(module)
    with pytest.raises(UsageError, match="training mode"):
        measured(nn.Sequential(nn.Linear(6, 3), nn.BatchNorm1d(3)))


def test_batch_norm_with_running_statistics_keeps_rows_apart():
    """In evaluation mode it is a line per feature: a row's sensitivity is the same in any company."""
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.Tanh(), nn.Linear(8, 3)).double()
    module(torch.from_numpy(ROWS))
    found = measured(module.eval())
    model = from_module(module, labels=CLASSES)
    for row, value in zip(ROWS, found.values, strict=True):
        assert sensitivities(model, [row], protected=Fixed()).value(0) == pytest.approx(value, rel=1e-9)


def test_rows_that_depend_on_each_other_are_found_out():
    """Whatever mixes rows, by whatever code, answers a row otherwise alone."""

    class Mixing(nn.Module):
        def __init__(self):
            super().__init__()
            self.top = nn.Linear(6, 3)

        def forward(self, x):
            return self.top(x - x.mean(dim=0))

    with pytest.raises(UsageError, match="depend on each other, or on the padding"):
        measured(Mixing().eval())


def test_a_random_answer_is_found_out():
    """Dropout that is called with training=True makes evaluation mode random."""

    class Random(nn.Module):
        def __init__(self):
            super().__init__()
            self.top = nn.Linear(6, 3)

        def forward(self, x):
            return functional.dropout(self.top(x), 0.5, training=True)

    torch.manual_seed(0)
    with pytest.raises(UsageError, match="another answer every time"):
        measured(Random().eval())


def test_padding_that_counts_is_found_out():
    """A bag that divides by the length of the batch reads its padding."""

    class Padded(Bag):
        def forward(self, ids):
            return self.top(self.words(ids).mean(dim=1))

    model = from_module(Padded().eval(), labels=CLASSES, vocabulary=VOCABULARY)
    with pytest.raises(UsageError, match="padding"):
        sensitivities(model, TEXTS, protected=Fixed())


@pytest.mark.parametrize(
    "wrap",
    [
        lambda z: (torch.tensor(0.5), z),
        lambda z: [None, z],
        lambda z: {"logits": z},
        lambda z: {"loss": torch.tensor(0.5), "scores": z},
        lambda z: type("Output", (), {"logits": z})(),
        lambda z: (z, torch.zeros(len(z), 4, 6)),
    ],
    ids=["tuple", "list", "mapping", "mapping without the name", "object", "tuple with hidden states"],
)
def test_networks_may_return_more_than_logits(wrap):
    """Tuples, mappings and objects are searched for the logits."""

    class Wrapped(nn.Module):
        def __init__(self, inner):
            super().__init__()
            self.inner = inner

        def forward(self, x):
            return wrap(self.inner(x))

    torch.manual_seed(0)
    inner = nn.Linear(6, 3).eval()
    assert measured(Wrapped(inner).eval()).values == pytest.approx(measured(inner).values)


def test_what_holds_no_logits_is_described():
    """A shape that fits no classes is refused with what came back."""
    with pytest.raises(UsageError, match=r"tensor of shape \(6, 2\).*3 classes"):
        measured(nn.Linear(6, 2).eval())


def test_probabilities_are_not_taken_for_logits():
    """A softmax at the end is noticed; declared, it gives what logits give."""
    torch.manual_seed(0)
    inner = nn.Linear(6, 3).double().eval()
    ended = nn.Sequential(inner, nn.Softmax(dim=1)).eval()
    with pytest.raises(UsageError, match="outputs='probabilities'"):
        measured(ended)
    for output in ("probability", "logit"):
        one, two = (
            sensitivities(
                from_module(m, labels=CLASSES, **how), ROWS, protected=Fixed(), output=output
            ).values
            for m, how in ((inner, {}), (ended, {"outputs": "probabilities"}))
        )
        assert one == pytest.approx(two, rel=1e-9)


def test_one_logit_is_a_class_of_two():
    """A single output speaks for the second class, as its difference from 0 does."""
    torch.manual_seed(0)
    single = nn.Linear(6, 1).double().eval()
    double = nn.Linear(6, 2).double().eval()
    double.weight.data = torch.cat([torch.zeros(1, 6).double(), single.weight.data])
    double.bias.data = torch.cat([torch.zeros(1).double(), single.bias.data])
    flat = nn.Sequential(single, nn.Flatten(0)).eval()
    found = [
        sensitivities(from_module(m, labels=("no", "yes")), ROWS, protected=Fixed(), output="logit").values
        for m in (single, double, flat)
    ]
    assert found[0] == pytest.approx(found[1], rel=1e-12)
    assert found[0] == pytest.approx(found[2], rel=1e-12)


@pytest.mark.parametrize("answer", [lambda z: z.detach(), lambda z: (z * 0).detach() + nn.Parameter(z[0])])
def test_an_answer_that_torch_cannot_follow_is_refused(answer):
    """A detached answer has no gradient, and forward mode would say 0: it is refused, and not called 0."""

    class Detached(nn.Module):
        def __init__(self):
            super().__init__()
            self.top = nn.Linear(6, 3)

        def forward(self, rows):
            return answer(self.top(rows))

    model = from_module(Detached().eval(), labels=CLASSES)
    for ask in (sensitivities, class_sensitivities):
        with pytest.raises(UsageError, match=r"as far as torch can tell.*not 0, it is unknown"):
            ask(model, ROWS, protected=Fixed())


def test_answers_that_are_not_finite_name_their_rows():
    """A row with an infinite answer is refused by its number in the data."""
    rows = ROWS.copy()
    rows[4, 0] = np.inf
    with pytest.raises(DataError, match=r"1 of a batch of 6 rows: 4\."):
        sensitivities(from_module(nn.Linear(6, 3).eval(), labels=CLASSES), rows, protected=Fixed())


def test_gradients_that_are_not_finite_are_refused():
    """An answer may be finite where its slope is not."""

    class Root(nn.Module):
        def forward(self, x):
            return x[:, :3].clamp_min(0).sqrt()

    rows = np.abs(ROWS)
    rows[2, 0] = 0.0
    with pytest.raises(DataError, match=r"gradient is not finite.*: 2\."):
        sensitivities(from_module(Root().eval(), labels=CLASSES), rows, protected=Fixed(), target="low")


def test_half_precision_is_noted():
    """Gradients in half precision are measured and noted."""
    found = measured(nn.Linear(6, 3).bfloat16().eval())
    assert any("bfloat16" in note for note in found.notes)


def test_texts_without_anything_to_measure_have_a_reason():
    """Missing, empty and unprotected texts get no number, and no other text changes."""
    case = made("bert")
    texts = [TEXTS[0], None, "", "   ", "birds fly", float("nan"), TEXTS[1]]
    found = sensitivities(case.model, texts, protected=LexiconMask(["she", "he"]), signed=False, tokens=True)
    assert found.why == (
        None,
        "the text is missing",
        "nothing to read",
        "nothing to read",
        "no word of the lexicon",
        "the text is missing",
        None,
    )
    assert [found.value(i) is None for i in range(7)] == [False, True, True, True, True, True, False]
    alone = sensitivities(case.model, [TEXTS[0]], protected=LexiconMask(["she", "he"]), signed=False)
    assert found.value(0) == pytest.approx(alone.value(0), rel=1e-9)
    assert found.parts(4) == ()
    assert found.targets.tolist()[1:4] == [-1, -1, -1]
    assert np.isnan(found.probabilities[1:4]).all()


def test_no_protected_word_anywhere_has_no_mean():
    """Without any protected word the mean is None, never 0."""
    case = made("bag")
    found = sensitivities(case.model, ["paints", "cooks"], protected=LexiconMask(["she"]), signed=False)
    assert found.mean is None
    assert any("none of the lexicon's words" in note for note in found.notes)
    one = explain(case.model, "paints", protected=LexiconMask(["she"]), signed=False)
    assert (one.value, one.why, one.parts) == (None, "no word of the lexicon", ())


def test_columns_tables_and_generators_are_read_as_their_values():
    """A pandas column, a table of features, tensors and a generator give what lists give."""
    case = made("bag")
    plain = sensitivities(case.model, TEXTS[:4], protected=Fixed()).values
    index = [7, 3, 5, 1]
    for inputs in (pd.Series(TEXTS[:4], index=index), np.array(TEXTS[:4]), iter(TEXTS[:4]), tuple(TEXTS[:4])):
        assert sensitivities(case.model, inputs, protected=Fixed()).values == pytest.approx(plain)
    torch.manual_seed(0)
    table = from_module(nn.Linear(6, 3).double().eval(), labels=CLASSES)
    plain = sensitivities(table, ROWS.tolist(), protected=Fixed()).values
    for inputs in (pd.DataFrame(ROWS, columns=list("abcdef")), torch.from_numpy(ROWS), ROWS):
        assert sensitivities(table, inputs, protected=Fixed()).values == pytest.approx(plain)
    with pytest.raises(UsageError, match="this is one"):
        sensitivities(case.model, "she sings", protected=Fixed())


def test_nothing_at_all_is_refused():
    """No texts, or only missing ones, are an error of the call."""
    case = made("bag")
    for nothing in ([], [None, None]):
        with pytest.raises(DataError, match="no texts"):
            sensitivities(case.model, nothing, protected=Fixed())


@pytest.mark.parametrize(
    "text",
    [
        "she 😀😀 sings",
        "היא she שרה",
        "SHE SINGS LOUDLY",
        "<b>she</b>&nbsp;sings",
        "she\u0000sings \ufffd she",
        "ʃhe she　sings",
        "she sings \ud83d half a character",
        "she " * 250_000,
    ],
    ids=[
        "emoji",
        "right to left",
        "capitals",
        "HTML",
        "control",
        "mixed",
        "half a character",
        "one megabyte",
    ],
)
def test_odd_texts_are_measured(text):
    """Whatever a text is made of, it is measured, and its parts lie where its words lie."""
    case = made("bert")
    found = sensitivities(case.model, [text], protected=LexiconMask(["she"]), signed=False, tokens=True)
    assert found.value(0) > 0
    for part in found.parts(0):
        assert part.start is None or text[part.start : part.end] == part.word
    assert {part.word.lower() for part in found.parts(0) if part.value} == {"she"}


def test_long_texts_are_cut_and_counted():
    """What the model cannot read is not measured, and the note says in how many texts."""
    case = made("bert")
    found = sensitivities(case.model, ["she sings " * 50, "she sings"], protected=Fixed())
    assert "1 of 2 texts were longer than the model reads: what was cut off is not measured." in found.notes


def test_words_that_the_tokenizer_splits_are_named():
    """All pieces of a split word count, and a note shows the pieces."""
    case = made("bert")
    mask = LexiconMask(["actress", "she"])
    found = sensitivities(
        case.model, ["the actress sings", "she sings"], protected=mask, signed=False, tokens=True
    )
    note = next(note for note in found.notes if "splits" in note)
    assert "1 of the 2 protected words" in note
    assert "'actress' is a ##c ##t ##r ##e ##s ##s" in note
    assert np.count_nonzero(found.tokens[0]) == len("actress")
    assert [part.word for part in found.parts(0) if part.value] == ["actress"]


def test_a_lexicon_cannot_read_features():
    """Tables have no words."""
    with pytest.raises(UsageError, match="features of a table"):
        sensitivities(
            from_module(nn.Linear(6, 3).eval(), labels=CLASSES),
            ROWS,
            protected=LexiconMask(["she"]),
            signed=False,
        )
    with pytest.raises(UsageError, match="no words"):
        LexiconMask([" "])
    with pytest.raises(UsageError, match="one text"):
        LexiconMask("she")


def test_where_forward_mode_is_missing_backward_mode_stands_in():
    """An operation without a forward derivative is noted, and the numbers are the same."""

    class NoForward(torch.autograd.Function):
        @staticmethod
        def forward(_, x):
            return 2 * x

        @staticmethod
        def backward(_, gradient):
            return 2 * gradient

    class Doubled(nn.Module):
        def __init__(self):
            super().__init__()
            self.top = nn.Linear(6, 3)

        def forward(self, x):
            return NoForward.apply(self.top(x))

    torch.manual_seed(0)
    model = from_module(Doubled().double().eval(), labels=CLASSES)
    found = class_sensitivities(model, ROWS, protected=Fixed())
    assert any("forward mode" in note for note in found.notes)
    one = sensitivities(model, ROWS, protected=Fixed(), target="middle")
    assert found.values[:, 1] == pytest.approx(one.values, rel=1e-9)


def test_masked_attention_on_given_embeddings_is_independent_of_the_padding():
    """A module with a mask gets it, and padding does not move a row."""

    class Masked(Attentive):
        def forward(self, embeddings, mask):
            hidden = self.encoder(embeddings, src_key_padding_mask=~mask)
            weight = mask.to(hidden)[:, :, None]
            return self.top((hidden * weight).sum(dim=1) / weight.sum(dim=1))

    torch.manual_seed(0)
    rows = [torch.randn(n, 6).double() for n in (2, 4, 3)]

    def embed(batch):
        longest = max(map(len, batch))
        padded = torch.stack([functional.pad(row, (0, 0, 0, longest - len(row))) for row in batch])
        return Embedded(padded, mask=torch.arange(longest) < torch.tensor([[len(row)] for row in batch]))

    model = from_module(Masked().double().eval(), labels=CLASSES, embed=embed)
    found = sensitivities(model, rows, protected=Fixed(), batch_size=3)
    each = class_sensitivities(model, rows, protected=Fixed())
    for i, row in enumerate(rows):
        assert sensitivities(model, [row], protected=Fixed()).value(0) == pytest.approx(
            found.value(i), rel=1e-9
        )
        assert each.values[i, found.targets[i]] == pytest.approx(found.value(i), rel=1e-9)
