"""Adult before and after fairlearn's remedies: the plausible range of every number, none of them tuned."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest

from fairkit.samples import load_adult

EXAMPLE = runpy.run_path(str(Path(__file__).parents[2] / "docs" / "examples" / "adult.py"))

pytestmark = pytest.mark.realdata


@pytest.fixture(scope="module")
def adult(real_data):
    """Return Adult, both parts."""
    return load_adult(real_data / "adult")


@pytest.fixture(scope="module")
def test_part(adult):
    """Return the test part with the scores of a gradient-boosted model trained on the training part."""
    return EXAMPLE["scored"](adult)


def gap(result, metric, model, group="sex=Female"):
    """Return how far a group is from all other rows."""
    return next(iter(result.report.select(metric=f"{metric}[{model}]", group=group))).value


def test_the_model_is_good_calibrated_and_unequal(test_part):
    """Boosted trees reach an AUC above .9 in both sexes, and select men far more often than women."""
    report = EXAMPLE["evaluated"](test_part)
    for group in ("sex=Female", "sex=Male"):
        assert 0.88 < report.estimate("roc_auc", group).value < 0.97
        assert 0.8 < report.estimate("accuracy", group).value < 0.96
    female, male = (report.estimate("selection_rate", f"sex={sex}").value for sex in ("Female", "Male"))
    assert 0.04 < female < 0.12
    assert 0.2 < male < 0.32
    assert report.select(metric="selection_rate", group="sex=Female")[0].verdict == "disparity"
    assert "sex & race" in {estimate.attribute for estimate in report.estimates}


def test_thresholds_close_the_gap_of_selection_and_cost_accuracy(test_part):
    """On held-out rows the gap of the sexes falls below a third, for a few points of accuracy."""
    result = EXAMPLE["thresholds"](test_part)
    assert gap(result, "selection_rate", "before") < -0.12
    assert abs(gap(result, "selection_rate", "after")) < 0.05
    assert -0.08 < result.cost.low < result.cost.high < 0
    assert all(change.verdict == "narrowed" for change in result.gaps)
    assert "Cost: accuracy" in result.report.to_html()


def test_a_reduction_closes_the_gap_without_asking_for_sex(adult):
    """Trained anew on a sample the reduction more than halves the gap, and has its cost with an interval."""
    sample = adult.sample(9_000, random_state=0).reset_index(drop=True)
    result = EXAMPLE["fairkit"].remedy(
        sample,
        features=EXAMPLE["features"](adult),
        method="exponentiated-gradient",
        estimator="logistic",
        by=["sex", "race"],
        across="sex",
        **EXAMPLE["LABEL"],
    )
    assert gap(result, "selection_rate", "before") < -0.12
    assert abs(gap(result, "selection_rate", "after")) < 0.06
    assert -0.08 < result.cost.low < result.cost.high < 0.01
    assert "not when deciding" in result.notes[0]


def test_the_command_reads_adult_from_a_file(test_part, folder, fairkit):
    """The command fits and judges the same scores from a CSV file with '?' for what is missing."""
    test_part.to_csv(folder / "adult.csv", index=False, na_rep="?")
    ended = fairkit(
        *("remedy", "adult.csv", "--label", "income", "--positive", ">50K", "--score", "score"),
        *("--by", "sex", "--by", "workclass", "--across", "sex", "--constraint", "equalized_odds"),
        *("--missing", "?", "--json", "--html", "adult.html"),
    )
    assert ended.status == 0
    report = json.loads(ended.out)
    groups = {group["group"] for group in report["groups"]}
    assert {"sex=Female", "workclass=Private", "workclass=(missing)"} <= groups
    assert any(note.startswith("Cost: accuracy") for note in report["notes"])
    assert (folder / "adult.html").stat().st_size > 10_000
