"""`fairkit eval` on public data, as an auditor would type it."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.realdata


def estimates(ended):
    """Return the values of a JSON report by metric and group."""
    assert (ended.status, ended.err) == (0, "")
    return {(e["metric"], e["group"]): e for e in json.loads(ended.out)["estimates"]}


def test_compas_reproduces_the_published_error_rates(real_data, fairkit):
    """ProPublica's table: of those who did not reoffend 44.9 % of Black people were not called low risk."""
    found = estimates(
        fairkit(
            *("eval", real_data / "compas" / "compas-scores-two-years.csv", "--json"),
            *("--label", "two_year_recid", "--decision", "score_text != 'Low'"),
            *("--by", "race", "--by", "sex,race", "--reference", "race=Caucasian"),
        )
    )
    for metric, black, white in (
        ("false_positive_rate", 44.85, 23.45),
        ("false_negative_rate", 27.99, 47.72),
        ("positive_predictive_value", 62.97, 59.13),
    ):
        assert round(100 * found[metric, "race=African-American"]["value"], 2) == black
        assert round(100 * found[metric, "race=Caucasian"]["value"], 2) == white


def test_compas_text_is_readable(real_data, fairkit):
    """The text report names the groups and fits its width."""
    ended = fairkit(
        *("eval", real_data / "compas" / "compas-scores-two-years.csv", "--label", "two_year_recid"),
        *("--score", "decile_score", "--threshold", "5", "--by", "race", "--by", "young: age < 25"),
    )
    # decile_score stands twice in the header of this file: fairkit must not guess which is meant.
    assert (ended.status, ended.out) == (2, "")
    assert "column 'decile_score' appears more than once" in ended.err


def test_adult_says_what_is_positive_and_missing(real_data, folder, fairkit):
    """Texts as classes and '?' as missing are stated by options; the base rates are the published ones."""
    names = (
        "age,workclass,fnlwgt,education,education_num,marital,occupation,relationship,race,sex,gain,loss,hours,"
        "country,income"
    )
    lines = (real_data / "adult" / "adult.data").read_text(encoding="utf-8").splitlines()
    rows = "\n".join(line.replace(", ", ",") for line in lines if line.strip())
    (folder / "adult.csv").write_text(f"{names}\n{rows}\n", encoding="utf-8")
    ended = fairkit(
        *("eval", "adult.csv", "--decision", "income", "--positive", ">50K", "--weight", "fnlwgt"),
        *("--by", "sex", "--by", "workclass", "--missing", "?", "--json"),
    )
    found = estimates(ended)
    assert found["selection_rate", "workclass=(missing)"]["n"] == 1_836
    unweighted = estimates(
        fairkit("eval", "adult.csv", "--decision", "income", "--positive", ">50K", "--by", "sex", "--json")
    )
    assert round(unweighted["selection_rate", "sex=Male"]["value"], 4) == 0.3057
    assert round(unweighted["selection_rate", "sex=Female"]["value"], 4) == 0.1095
    assert found["selection_rate", "sex=Male"]["value"] != unweighted["selection_rate", "sex=Male"]["value"]
