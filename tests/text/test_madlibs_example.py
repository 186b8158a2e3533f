"""The documented example on real templates and comments: what it finds is found again, on less data."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "docs/examples/madlibs_toxicity.py"

pytestmark = pytest.mark.realdata


@pytest.fixture(scope="module")
def example(real_data):
    """Return the functions of the example, and a smaller split of its data."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FAIRKIT_DATA", str(real_data))
        functions = runpy.run_path(str(SCRIPT))
        return functions, functions["split"](rows=1_500)


def test_real_comments_show_for_whom_a_classifier_errs(example):
    """Held-out templates are told apart perfectly; harmless comments that say 'gay' score too high."""
    functions, data = example
    model = functions["linear"](data.training["text"].tolist(), data.training["toxic"].to_numpy())
    templates = functions["areas"](model, data.templates.iloc[::4], data.terms)
    assert len(data.terms) == 50
    assert templates.overall.value > 0.999
    comments = functions["areas"](model, data.comments, data.terms)
    gay = next(one for one in comments.identities if one.identity == "gay")
    assert comments.overall.low > 0.85
    assert gay.bpsn_auc.high < gay.background_auc.value
    assert gay.bpsn_auc.value < gay.subgroup_auc.value < gay.bnsp_auc.value
    swapped = {name: {e.metric: e for e in found} for name, found in
               functions["swapped"](model, data.templates.iloc[::4], data.terms).items()}  # fmt: skip
    gap = swapped["harmless"]["counterfactual_gap"]
    assert gap.low > 0
    assert gap.n == 400
    assert set(swapped) == {"harmless", "toxic"}


def test_gradients_and_swaps_name_the_same_terms(example):
    """A network's answers depend most on terms that insults in the comments use, however it is asked."""
    functions, data = example
    training = data.training
    model = functions["network"](training["text"].tolist(), training["toxic"].to_numpy(), steps=100)
    found = functions["by_term"](model, data.templates.iloc[::2], data.terms)
    by_gradient, by_swap = ([one[0] for one in sorted(found, key=lambda one: -one[i])] for i in (1, 2))
    assert {"gay", "homosexual"} & set(by_gradient[:6])
    assert {"gay", "homosexual"} & set(by_swap[:6])
    assert found[0][1] > 0 < found[0][2]
