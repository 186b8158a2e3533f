"""The generated data: reproducible to the byte, true to their truth, described by their cards."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import roc_auc_score

import fairkit
from fairkit import samples
from fairkit.errors import OutputError, UsageError
from fairkit.samples import _hiring, _lending
from fairkit.samples.__main__ import main
from fairkit.samples._population import Factor, exact, uniforms
from fairkit.samples._truth import RATES

ROOT = Path(__file__).parents[1]
SHIPPED = ROOT / "datasets"
# The sets of labels and decisions; of the texts, tests/test_text_samples.py knows more.
MODULES = {"hiring": _hiring, "lending": _lending}
DECIDED = tuple(MODULES)

# Metrics of a row as numerator and denominator, given label y and decision d.
ROW_RATIOS = {
    "selection_rate": lambda y, d: (d, np.ones_like(y)),
    "prevalence": lambda y, _: (y, np.ones_like(y)),
    "accuracy": lambda y, d: (y == d, np.ones_like(y)),
    "true_positive_rate": lambda y, d: (y & d, y),
    "false_positive_rate": lambda y, d: (~y & d, ~y),
    "positive_predictive_value": lambda y, d: (y & d, d),
    "negative_predictive_value": lambda y, d: (~y & ~d, ~d),
    "f1_score": lambda y, d: (2 * (y & d), (y.astype(int) + d)),
}


def in_group(frame, group):
    """Select the rows of a group by its name, as a reader of the truth would."""
    chosen = np.ones(len(frame), bool)
    for pair in () if group == "all" else group.split(" & "):
        column, level = pair.split("=")
        chosen &= (
            frame[column].isna().to_numpy() if level == "(missing)" else (frame[column] == level).to_numpy()
        )
    return chosen


def decided_rows(name, *, rows, seed):
    """Draw rows and return those with label and decision, both as booleans, and their clusters."""
    frame = getattr(samples, name)(rows=rows, seed=seed)
    roles = samples.truth(name).columns
    frame = frame[frame[roles["label"]].notna() & frame[roles["decision"]].notna()]
    y = (frame[roles["label"]] == roles["label_positive"]).to_numpy()
    d = (frame[roles["decision"]] == roles["decision_positive"]).to_numpy()
    cluster = pd.factorize(frame[roles["cluster"]])[0] if roles["cluster"] else np.arange(len(frame))
    return frame, y, d, cluster


def ratio_and_error(numerator, denominator, cluster):
    """Return a ratio of sums and its standard error, linearised over clusters (Cochran 1977, 6.4)."""
    total = denominator.sum()
    value = numerator.sum() / total
    residuals = np.bincount(pd.factorize(cluster)[0], numerator - value * denominator)
    return value, np.sqrt((residuals**2).sum()) / total


@pytest.fixture(scope="module", params=DECIDED)
def large(request):
    """Two million rows of each set with another seed than the shipped file's."""
    return request.param, decided_rows(request.param, rows=2_000_000, seed=7)


def test_written_files_equal_the_shipped_ones_byte_for_byte(tmp_path):
    """The command in the cards reproduces datasets/ exactly."""
    written = samples.write(tmp_path / "made" / "here")
    assert {path.name for path in written} == {"SHA256SUMS"} | {
        f"{name}{suffix}" for name in samples.NAMES for suffix in (".csv", ".truth.json")
    }
    *made, sums = written
    for path in made:
        assert path.read_bytes() == (SHIPPED / path.name).read_bytes(), path.name
    # Beside these sets the shipped sums cover those that are not drawn.
    shipped_sums = (SHIPPED / sums.name).read_text().splitlines()
    names = {path.name for path in made}
    assert sums.read_text().splitlines() == [line for line in shipped_sums if line.split()[1] in names]
    assert sorted(path.name for path in (tmp_path / "made" / "here").iterdir()) == sorted(
        p.name for p in written
    )


def test_checksums_cover_every_shipped_data_file():
    """SHA256SUMS lists each CSV and JSON file of datasets/ with its checksum."""
    listed = dict(reversed(line.split("  ")) for line in (SHIPPED / "SHA256SUMS").read_text().splitlines())
    present = {path.name: path for suffix in ("csv", "json") for path in SHIPPED.glob(f"*.{suffix}")}
    assert listed == {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in present.items()}


def test_datasets_is_a_data_folder():
    """A package called datasets would shadow Hugging Face's."""
    assert not list(SHIPPED.rglob("*.py"))


@pytest.mark.parametrize("name", samples.NAMES)
def test_loading_drawing_and_reading_give_one_frame(name):
    """The shipped file, load() and a fresh draw agree in values and in types."""
    drawn = getattr(samples, name)()
    pd.testing.assert_frame_equal(samples.load(name), drawn)
    pd.testing.assert_frame_equal(pd.read_csv(samples.path(name)), drawn)
    assert samples.path(name) == SHIPPED / f"{name}.csv"


def test_an_installed_fairkit_draws_the_shipped_rows(tmp_path):
    """Without a checkout load() and path() still give the same rows, and path() a file in the cache."""
    site = tmp_path / "site"
    shutil.copytree(
        Path(fairkit.__file__).parent, site / "fairkit", ignore=shutil.ignore_patterns("__pycache__")
    )
    program = (
        "import hashlib, fairkit, pandas; from fairkit import samples\n"
        "for name in samples.NAMES:\n"
        "    path = samples.path(name)\n"
        "    assert samples.load(name).equals(pandas.read_csv(path))\n"
        "    print(hashlib.sha256(path.read_bytes()).hexdigest(), path)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(site), "FAIRKIT_CACHE": str(tmp_path / "cache")}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    lines = dict(reversed(line.split(" ", 1)) for line in done.stdout.splitlines())
    assert lines == {
        str(tmp_path / "cache" / "samples" / f"{name}.csv"): hashlib.sha256(
            (SHIPPED / f"{name}.csv").read_bytes()
        ).hexdigest()
        for name in samples.NAMES
    }


@given(rows=st.integers(0, 60), more=st.integers(0, 60), seed=st.integers(0, 2**32))
def test_short_tables_are_the_head_of_long_ones(rows, more, seed):
    """Asking for more rows with the same seed only adds rows."""
    for draw in (samples.hiring, samples.lending):
        long = draw(rows=rows + more, seed=seed)
        pd.testing.assert_frame_equal(draw(rows=rows, seed=seed), long.head(rows), check_dtype=rows > 0)


def test_uniform_numbers_are_those_of_numpys_generator():
    """The raw stream gives exactly Generator.random."""
    expected = np.random.Generator(np.random.PCG64(99)).random((1000, 7))
    assert np.array_equal(uniforms(1000, 7, seed=99), expected)


def test_shares_that_do_not_sum_to_one_are_refused():
    """A slip in a table of shares cannot pass unseen."""
    with pytest.raises(ValueError, match=r"home.*9/10"):
        Factor("home", {"own": exact("0.5"), "rent": exact("0.4")})


@pytest.mark.parametrize(
    ("name", "metric", "group", "value"),
    [
        ("hiring", "true_positive_rate", "race=White", 0.72 - 0.10 * 0.46),
        ("hiring", "true_positive_rate", "sex=Female & race=Black", 0.50),
        ("hiring", "false_positive_rate", "race=Asian", 0.28 - 0.10 * 0.46),
        ("hiring", "prevalence", "race=Asian", 0.55),
        ("hiring", "selection_rate", "sex=Male & race=White", 0.45 * 0.72 + 0.55 * 0.28),
        ("hiring", "selection_rate", "sex=Nonbinary & race=Pacific Islander", 0.478),
        ("lending", "true_positive_rate", "all", 0.76 - 0.22 * 0.10),
        ("lending", "true_positive_rate", "race=(missing)", 0.738),
        ("lending", "true_positive_rate", "sex=Female & race=Black", 0.738 - 0.14),
        ("lending", "true_positive_rate", "sex=Male & race=White", 0.738 - 0.07),
        ("lending", "true_positive_rate", "sex=Male & race=Asian", 0.738),
        ("lending", "true_positive_rate", "age_band=18-29", 0.66),
        ("lending", "false_positive_rate", "region=South", 0.27),
    ],
)
def test_truth_equals_values_computed_by_hand(name, metric, group, value):
    """Sums over the distribution agree with short sums by hand."""
    assert samples.truth(name).rate(metric, group) == pytest.approx(value, abs=1e-15)


@pytest.mark.parametrize("name", DECIDED)
def test_rest_completes_each_group_to_all_rows(name):
    """Group and rest, weighted by share, give the overall rate; the groups of a grouping add up to 1."""
    truth = samples.truth(name)
    shares = {}
    for known in truth.groups[1:]:
        mixed = known.share * known.rates["selection_rate"] + (1 - known.share) * known.rest["selection_rate"]
        assert mixed == pytest.approx(truth.rate("selection_rate"), abs=1e-12)
        shares[known.attribute] = shares.get(known.attribute, 0) + known.share
    assert shares == {name: pytest.approx(1) for name in shares}
    assert len(shares) == len(MODULES[name].GROUPINGS)


def test_planted_sizes_are_those_the_cards_announce():
    """The planted differences are exactly the round numbers they were meant to be."""
    facts = {
        (name, fact.metric, fact.group): fact.difference
        for name in DECIDED
        for fact in samples.truth(name).planted
        if fact.kind in {"marginal", "intersectional", "small"}
    }
    assert facts == {
        ("hiring", "false_negative_rate", "race=Black"): 0.12,
        ("hiring", "selection_rate", "sex=Female"): -0.10,
        ("hiring", "true_positive_rate", "sex=Female"): -0.10,
        ("hiring", "false_positive_rate", "sex=Female"): -0.10,
        ("lending", "false_negative_rate", "sex=Female & race=Black"): 0.14,
        ("lending", "false_negative_rate", "sex=Male & race=Black"): -0.14,
        ("lending", "false_negative_rate", "sex=Female & race=White"): -0.07,
        ("lending", "false_negative_rate", "sex=Male & race=White"): 0.07,
        ("lending", "false_negative_rate", "age_band=18-29"): 0.10,
        ("lending", "false_positive_rate", "region=South"): 0.02,
    }


@pytest.mark.parametrize("name", DECIDED)
def test_planted_parity_is_exact(name):
    """What is planted as parity differs by nothing at all, in exact numbers."""
    truth = samples.truth(name)
    parities = [fact for fact in truth.planted if fact.kind == "parity"]
    assert parities
    assert {fact.difference for fact in parities} == {0.0}


@pytest.mark.parametrize(("name", "attribute"), [("hiring", "site"), ("lending", "home"), ("lending", "sex")])
def test_some_attributes_are_exactly_alike_in_every_metric(name, attribute):
    """Sites, homes and the sexes of the lending data have the same rational number for every rate."""
    (groups,) = MODULES[name].POPULATION.groups([(attribute,)]).values()
    for metric, rate in RATES.items():
        assert len({rate(sums) for sums in groups.values()}) == 1, metric


def test_lending_margins_are_exactly_equal_while_the_crossing_is_not():
    """Every sex and every race has one false negative rate; sex and race together have five."""
    sums = _lending.POPULATION.groups([("sex",), ("race",), ("sex", "race")])
    rate = RATES["false_negative_rate"]
    margins = {rate(part) for grouping in (("sex",), ("race",)) for part in sums[grouping].values()}
    assert margins == {Fraction("0.262")}
    recorded = {levels: rate(part) for levels, part in sums["sex", "race"].items() if levels[1] is not None}
    assert {
        levels: value - Fraction("0.262")
        for levels, value in recorded.items()
        if levels[1] in {"Black", "White"}
    } == {
        ("Female", "Black"): Fraction("0.14"),
        ("Male", "Black"): Fraction("-0.14"),
        ("Female", "White"): Fraction("-0.07"),
        ("Male", "White"): Fraction("0.07"),
    }
    assert len(set(recorded.values())) == 5


@pytest.mark.slow
def test_large_samples_meet_the_truth(large):
    """In two million rows every rate of every group lies within its (clustered) sampling error."""
    name, (frame, y, d, cluster) = large
    truth = samples.truth(name)
    compared = []
    for known in truth.groups:
        chosen = in_group(frame, known.group)
        for metric, terms in ROW_RATIOS.items():
            numerator, denominator = (np.asarray(term, float) for term in terms(y[chosen], d[chosen]))
            if denominator.sum() < 200:
                continue  # too few for a normal error
            value, error = ratio_and_error(numerator, denominator, cluster[chosen])
            compared.append((known.group, metric, (value - known.rates[metric]) / error))
            if known.share > 0.1:
                assert error < 0.003, "the sample is too small to find fault with anything"
    assert len(compared) > 150
    limit = stats.norm.isf(0.001 / 2 / len(compared))
    assert not [row for row in compared if abs(row[2]) > limit]


@pytest.mark.slow
def test_large_samples_show_the_crossing_and_not_the_margins(large):
    """Sexes and races agree within error in the lending data; Black women and men differ by .28."""
    name, (frame, y, d, cluster) = large
    if name != "lending":
        fact = next(f for f in samples.truth(name).planted if f.kind == "marginal")
        group, reference = in_group(frame, fact.group), in_group(frame, fact.reference)
        assert np.mean(~d[group & y]) - np.mean(~d[reference & y]) == pytest.approx(0.12, abs=0.006)
        return

    def missed(group):
        chosen = in_group(frame, group) & y
        return ratio_and_error((~d[chosen]).astype(float), np.ones(chosen.sum()), cluster[chosen])

    for one, other in (
        ("sex=Female", "sex=Male"),
        ("race=Black", "race=White"),
        ("race=Asian", "race=Hispanic"),
    ):
        (a, error_a), (b, error_b) = missed(one), missed(other)
        assert abs(a - b) < 4 * np.hypot(error_a, error_b)
    (a, error_a), (b, error_b) = missed("sex=Female & race=Black"), missed("sex=Male & race=Black")
    assert abs(a - b - 0.28) < 4 * np.hypot(error_a, error_b) < 0.02


@pytest.mark.slow
def test_missing_cells_have_their_shares_and_depend_on_nothing():
    """Empty cells are as many as stated, equally many in either sex and after either decision."""
    frame = samples.hiring(rows=400_000, seed=3)
    truth = samples.truth("hiring")
    for column in frame.columns:
        share = truth.missing.get(column, 0)
        empty = frame[column].isna()
        assert empty.mean() == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / len(frame)))
        if share:
            for by in ("sex", "score"):
                split = frame[by] == "Female" if by == "sex" else frame[by] >= 0.5
                assert stats.chi2_contingency(pd.crosstab(split, empty)).pvalue > 0.001


@pytest.mark.slow
def test_score_has_the_true_area_under_its_curve():
    """scikit-learn's area on a large sample lies within error of the exact one, for all and for groups."""
    frame, y, _, _ = decided_rows("hiring", rows=400_000, seed=11)
    truth = samples.truth("hiring")
    for group in ("all", "sex=Female", "race=Black", "race=Asian", "site=Porto"):
        chosen = in_group(frame, group)
        area = roc_auc_score(y[chosen], frame["score"].to_numpy()[chosen])
        fewest = min(y[chosen].sum(), (~y[chosen]).sum())
        known = truth.rate("roc_auc_score", group)
        # Birnbaum and Klose 1957: no distribution of scores has a larger variance.
        assert abs(area - known) < 4 * np.sqrt(known * (1 - known) / fewest)


def test_score_of_one_half_or_more_is_a_decision_to_hire():
    """Score and decision never contradict each other, and scores lie in [0, 1)."""
    frame = samples.hiring().dropna(subset="hired")
    assert ((frame["score"] >= 0.5) == (frame["hired"] == 1)).all()
    assert frame["score"].between(0, 0.9999).all()


def test_hiring_ages_and_years_make_sense():
    """Ids are unique, nobody has worked since before the age of 20, and ages are whole numbers."""
    frame = samples.hiring()
    assert frame["id"].is_unique
    assert frame["age"].between(20, 62).all()
    assert (frame["age"] - frame["years_experience"]).between(20, 31).all()


def test_repeated_applicants_keep_their_attributes_and_resemble_themselves():
    """Rows of one applicant agree in every attribute, and their decisions agree more than strangers'."""
    frame = samples.lending()
    people = frame.groupby("applicant")
    sizes = people.size()
    assert 0.15 < (sizes > 1).mean() < 0.25
    for column in ("sex", "race", "age_band", "home", "region"):
        assert people[column].nunique(dropna=False).max() == 1
    rows = frame["approved"].eq("yes").where(frame["approved"].notna())
    following = frame["applicant"].eq(frame["applicant"].shift(-1)) & rows.notna() & rows.shift(-1).notna()
    alike = (rows == rows.shift(-1))[following].mean()
    chosen = rows.mean()
    assert alike > chosen**2 + (1 - chosen) ** 2 + 0.1


@pytest.mark.parametrize("name", DECIDED)
def test_undecidable_groups_are_small_in_the_shipped_file(name):
    """Groups said to be undecidable have ten to eighty rows; every other planted group has hundreds."""
    frame = samples.load(name)
    for fact in samples.truth(name).planted:
        n = in_group(frame, fact.group).sum()
        assert 10 <= n <= 80 if fact.kind == "undecidable" else n > 800, (fact.group, n)


@pytest.mark.parametrize("name", DECIDED)
def test_truth_as_json_holds_what_the_object_holds(name):
    """The machine-readable truth is valid JSON, has no NaN, and equals the object field by field."""
    truth = samples.truth(name)
    read = json.loads((SHIPPED / f"{name}.truth.json").read_text(), parse_constant=pytest.fail)
    assert read["schema"] == "fairkit.truth/1"
    assert (read["name"], read["rows"], read["seed"]) == (name, len(samples.load(name)), truth.seed)
    assert [samples.TrueGroup(**group) for group in read["groups"]] == list(truth.groups)
    assert [samples.Planted(**fact) for fact in read["planted"]] == list(truth.planted)
    assert set(read["columns"]) == {
        "label",
        "label_positive",
        "decision",
        "decision_positive",
        "score",
        "cluster",
    }


def test_truth_uses_the_names_of_metrics_and_groups_that_reports_use():
    """Rates and groups can be looked up in a report by the truth's own names."""
    from fairkit.groups import group_name
    from fairkit.metrics import metric

    for name in RATES:
        assert metric(name).name == name
    for name, module in MODULES.items():
        expected = {
            group_name(grouping, levels)
            for grouping, groups in module.POPULATION.groups(module.GROUPINGS).items()
            for levels in groups
        }
        assert {known.group for known in samples.truth(name).groups} == expected | {"all"}


@pytest.mark.parametrize("name", DECIDED)
def test_card_names_every_column_group_and_planted_number(name):
    """A card describes each column, and its table of planted facts has the true numbers."""
    card = (SHIPPED / f"{name}.md").read_text()
    for column in samples.load(name).columns:
        assert f"| `{column}` |" in card
    rows = [line for line in card.splitlines() if line.startswith("|")]
    for fact in samples.truth(name).planted:
        if fact.kind == "parity":
            continue
        cells = f"| {fact.kind} | {fact.metric} | {fact.group} | {fact.reference} | {fact.value:.4f} | "
        assert any(
            row.startswith(cells + f"{fact.reference_value:.4f} | {fact.difference:+.4f} |") for row in rows
        ), cells
    assert f"seed {samples.truth(name).seed}" in card
    assert "python -m fairkit.samples write datasets" in card
    assert "Apache-2.0" in card


def test_readme_lists_every_data_set():
    """The folder's README leads to each card."""
    readme = (SHIPPED / "README.md").read_text()
    for name in samples.NAMES:
        assert f"]({name}.md)" in readme


def test_command_writes_the_files_and_names_them(tmp_path, capsys):
    """The command prints what it wrote, one path a line."""
    assert main(["write", str(tmp_path)]) == 0
    printed = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert sorted(printed) == sorted(tmp_path.iterdir())
    assert len(printed) == 2 * len(samples.NAMES) + 1


def test_command_that_cannot_write_says_so_and_leaves_nothing(tmp_path, capsys):
    """A folder that is a file ends in exit code 2 and a message with the path."""
    taken = tmp_path / "taken"
    taken.write_text("a file")
    assert main(["write", str(taken)]) == 2
    assert str(taken) in capsys.readouterr().err
    assert taken.read_text() == "a file"
    with pytest.raises(OutputError, match="Choose another folder"):
        samples.write(taken)


def test_wrong_names_are_answered_with_the_nearest(tmp_path):
    """Misspelt data sets, groups and metrics are refused with a suggestion."""
    for call in (samples.load, samples.path, samples.truth):
        with pytest.raises(UsageError, match="Did you mean 'hiring'"):
            call("hirring")
    truth = samples.truth("hiring")
    with pytest.raises(UsageError, match="Did you mean 'race=Black'"):
        truth.rate("selection_rate", "race=Blakc")
    with pytest.raises(UsageError, match="Did you mean 'selection_rate'"):
        truth.rate("selction_rate")
    with pytest.raises(UsageError, match="Did you mean 'accuracy'"):
        truth.rest("acuracy", "race=Black")
    with pytest.raises(UsageError, match="outside"):
        truth.rest("accuracy", "all")


def test_negative_rows_and_seed_are_refused_together():
    """All problems of a call are told at once."""
    with pytest.raises(UsageError) as caught:
        samples.lending(rows=-1, seed=-2)
    assert caught.value.problems == ("rows is -1. Give 0 or more.", "seed is -2. Give 0 or more.")


def test_importing_the_samples_does_not_import_pandas():
    """Start-up stays light: pandas is imported where a frame is made."""
    program = "import sys, fairkit.samples; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
