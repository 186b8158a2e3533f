"""Subgroup, BPSN and BNSP AUC: scikit-learn's on subsets, sure as they say, undefined with a reason."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from frame_engines import ENGINES
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from sklearn.metrics import roc_auc_score
from strict_pages import TAGS, Page

import fairkit
from fairkit import frames
from fairkit.errors import DataError, UsageError
from fairkit.groups import Attribute
from fairkit.text import identity_aucs
from fairkit.text.extrinsic.perfect_areas import is_rare, newcombe_limits

KINDS = ("subgroup_auc", "bpsn_auc", "bnsp_auc")
SHARES = {"gay": 0.3, "old": 0.2, "blind": 0.1}


def comments(rows, *, seed=0, shift=0.0, shares=None):
    """Draw comments that may mention several identities; those with 'gay' score `shift` higher."""
    rng = np.random.default_rng(seed)
    shares = SHARES if shares is None else shares
    found = {name: rng.random(rows) < share for name, share in shares.items()}
    toxic = rng.random(rows) < 0.3
    score = rng.normal(toxic * 1.2 + shift * found.get("gay", np.zeros(rows)), 1)
    return {"toxic": toxic, "score": score, **found}


def asked(data, identities=tuple(SHARES), **options):
    """Ask for the areas of the columns that `comments` has."""
    return identity_aucs(data, label="toxic", score="score", identities=list(identities), **options)


def subset(kind, toxic, member):
    """Choose the rows of an area, as its name says."""
    return {
        "subgroup_auc": member,
        "bpsn_auc": np.where(toxic, ~member, member),
        "bnsp_auc": np.where(toxic, member, ~member),
        "background_auc": ~member,
    }[kind]


@settings(max_examples=20)
@given(
    st.lists(
        st.tuples(st.booleans(), st.integers(0, 4), st.booleans(), st.booleans()), min_size=2, max_size=40
    )
)
def test_areas_are_those_of_scikit_learn_on_the_subsets(rows):
    """Every area equals roc_auc_score on its rows, ties included, and is undefined where a side is empty."""
    toxic, score, gay, old = (np.array(column) for column in zip(*rows, strict=True))
    data = {"toxic": toxic, "score": score / 4, "gay": gay, "old": old}
    found = asked(data, ["gay", "old"])
    for one in found.identities:
        for area in (*one.areas, one.background_auc):
            chosen = subset(area.metric, toxic, data[one.identity])
            assert (area.positives, area.negatives) == (
                int(toxic[chosen].sum()),
                int((~toxic[chosen]).sum()),
            )
            if 0 < toxic[chosen].sum() < chosen.sum():
                assert area.value == pytest.approx(roc_auc_score(toxic[chosen], score[chosen]), abs=1e-12)
            else:
                assert (area.value, area.low, area.high) == (None, None, None)
                assert area.why in {"no-rows", "no-positives", "no-negatives"}


def test_the_subgroup_area_is_the_groups_own():
    """Subgroup AUC and its interval are those of the metric roc_auc by that column."""
    data = comments(400)
    report = fairkit.evaluate(data, label="toxic", score="score", by="gay", metrics=["roc_auc"])
    groups = {e.group: e for e in report.estimates}
    (one,) = asked(data, ["gay"]).identities
    for area, group in ((one.subgroup_auc, "gay=True"), (one.background_auc, "gay=False")):
        assert [area.value, area.low, area.high] == pytest.approx(
            [groups[group].value, groups[group].low, groups[group].high]
        )


def test_variances_are_delongs_of_two_independent_samples():
    """The interval of BPSN is Student's t on the logit with DeLong's variance of exactly its two samples."""
    data = comments(500)
    (one,) = asked(data, ["gay"]).identities
    toxic, gay, score = data["toxic"], data["gay"], data["score"]
    up, down = score[toxic & ~gay], score[~toxic & gay]
    wins = (up[:, None] > down) + 0.5 * (up[:, None] == down)
    parts = [wins.mean(axis=1).var(ddof=1) / len(up), wins.mean(axis=0).var(ddof=1) / len(down)]
    value, spread = wins.mean(), math.sqrt(sum(parts))
    freedom = sum(parts) ** 2 / (parts[0] ** 2 / (len(up) - 1) + parts[1] ** 2 / (len(down) - 1))
    from scipy.stats import t

    reach = t.ppf(0.975, freedom) * spread / (value * (1 - value))
    ends = [1 / (1 + math.exp(-(math.log(value / (1 - value)) + side * reach))) for side in (-1, 1)]
    assert [one.bpsn_auc.low, one.bpsn_auc.high] == pytest.approx(ends)


def test_differences_know_what_both_areas_share():
    """The interval of BPSN less background is about as wide as the spread of that difference over draws."""
    drawn = [asked(comments(600, seed=seed), ["gay"], correction="none").identities[0] for seed in range(30)]
    found = [one.findings[KINDS.index("bpsn_auc")] for one in drawn]
    spread = np.std([finding.value for finding in found], ddof=1)
    width = np.mean([(finding.high - finding.low) / (2 * norm.ppf(0.975)) for finding in found])
    assert 0.8 < width / spread < 1.3


def test_a_shifted_identity_is_found_and_in_which_direction():
    """Scores that rise with mention lower BPSN AUC, raise BNSP AUC, and leave subgroup AUC alone."""
    one, *others = asked(comments(6_000, shift=0.8)).identities
    verdicts = dict(zip(KINDS, [str(finding.verdict) for finding in one.findings], strict=True))
    assert verdicts == {"subgroup_auc": "parity", "bpsn_auc": "disparity", "bnsp_auc": "disparity"}
    assert one.findings[1].value < -0.1 < 0.05 < one.findings[2].value
    assert all(finding.verdict != "disparity" for other in others for finding in other.findings)
    assert {finding.reference for finding in one.findings} == {"background"}


def test_power_means_are_those_of_the_challenge():
    """Each mean is the power mean of its areas, and the combination averages them with the overall area."""
    found = asked(comments(800))
    for i, mean in enumerate(found.power_means[:3]):
        areas = np.array([one.areas[i].value for one in found.identities])
        assert mean.value == pytest.approx(np.mean(areas**-5.0) ** (-1 / 5))
        assert mean.low < mean.value < mean.high
        assert mean.noise < 0
        assert min(areas) < mean.value < max(areas)
    combined = found.power_means[3]
    parts = [found.overall.value, *(mean.value for mean in found.power_means[:3])]
    assert (combined.metric, combined.value) == ("combined_auc", pytest.approx(np.mean(parts)))


@pytest.mark.parametrize("power", [-5_000.0, 5_000.0])
def test_extreme_powers_come_near_the_extremes(power):
    """A power far from 1 gives nearly the worst, or the best, identity, and does not overflow."""
    found = asked(comments(400, shift=0.5), power=power)
    mean, areas = found.power_means[1], [one.bpsn_auc for one in found.identities]
    extreme = (min if power < 0 else max)(areas, key=lambda area: area.value)
    assert mean.value == pytest.approx(extreme.value, rel=1e-3)
    assert mean.low < mean.value < mean.high


def test_a_mean_without_a_value_or_an_interval_says_the_right_reason():
    """Areas left out for their clusters are not called no rows; areas of 0 have no variation."""
    data = comments(200) | {"pair": [i % 2 for i in range(200)]}
    assert {str(mean.why) for mean in asked(data, cluster="pair").power_means} == {"too-few-clusters"}
    few = comments(600) | {"few": np.arange(600) < 12, "author": np.arange(600)}
    clustered = asked(few, ["gay", "few"], cluster="author").power_means[0]
    assert (clustered.identities, clustered.left_out) == (1, ("few",))
    turned = {"y": [0, 1] * 40, "s": [1, 0] * 40, "g": [0, 0, 1, 1] * 20}
    for power in (-5.0, 1.0):
        found = identity_aucs(turned, label="y", score="s", identities="g", power=power)
        assert [(mean.value, str(mean.why)) for mean in found.power_means] == [(0.0, "no-variation")] * 4


def test_a_power_of_one_has_the_variance_of_a_mean_of_overlapping_identities():
    """Of twice the same identity the mean has the interval of that identity, not a narrower one."""
    data = comments(500)
    data["also"] = data["gay"]
    found = asked(data, ["gay", "also"], power=1.0)
    area, mean = found.identities[0].bnsp_auc, found.power_means[2]
    assert mean.value == pytest.approx(area.value)
    assert mean.noise == pytest.approx(0)
    assert [mean.low, mean.high] == pytest.approx([area.low, area.high], abs=2e-3)


def test_intervals_cover_as_they_say():
    """Over 50 draws 95 % intervals of areas and power means cover their truth in about 95 %."""
    truth = norm.cdf(1.2 / math.sqrt(2))
    shares = {"a": 0.2, "b": 0.1, "c": 0.1}
    areas, means = [], []
    for seed in range(50):
        found = asked(comments(900, seed=seed, shares=shares), shares)
        areas += [
            area.low <= truth <= area.high for one in found.identities for area in one.areas if area.low
        ]
        means += [mean.low <= truth <= mean.high for mean in found.power_means[:3] if mean.low]
    assert len(areas) > 440
    assert 0.92 < np.mean(areas) < 0.98
    assert 0.91 < np.mean(means) < 0.995


def test_intervals_near_one_cover_where_one_side_is_scarce():
    """With few positives, nearly all above most negatives, 95 % intervals do not lie above the truth."""
    rng, truth = np.random.default_rng(0), 0.95
    score = rng.normal(size=(2_000, 10, 1)) + math.sqrt(2) * norm.ppf(truth)
    area = (score > rng.normal(size=(2_000, 1, 200))).mean(axis=(1, 2))
    area = area[area < 1]
    found = newcombe_limits(area, np.tile([10.0, 200.0], (len(area), 1)), np.full(len(area), 0.025))
    assert (found.low > truth).mean() < 0.025
    member, toxic = np.repeat([True, False, True], [10, 20, 200]), np.repeat([1, 1, 0], [10, 20, 200])
    score = np.concatenate([np.full(30, 5.0), np.arange(200) / 37])
    (one,) = asked({"toxic": toxic, "score": score, "gay": member}, ["gay"]).identities
    expected = newcombe_limits(
        np.array([one.subgroup_auc.value]), np.array([[10.0, 200.0]]), np.array([0.025])
    )
    assert one.subgroup_auc.low == pytest.approx(expected.low[0])
    assert one.subgroup_auc.method == "logit-t-newcombe"


def test_limits_near_one_are_newcombes_where_few_rows_are_amiss():
    """They solve Newcombe's equation, and with five rows amiss the logit's stand."""
    value, (m, n) = 0.96, (20, 300)
    found = newcombe_limits(np.array([value]), np.array([[m, n]], float), np.array([0.025]))
    for end in (found.low[0], found.high[0]):
        bracket = 1 + ((m + n) / 2 - 1) * ((1 - end) / (2 - end) + end / (1 + end))
        spread = math.sqrt(end * (1 - end) * bracket / (m * n))
        assert abs(value - end) == pytest.approx(norm.ppf(0.975) * spread, rel=1e-3)
    assert is_rare(np.array([0.96, 0.7]), np.array([[m, n], [m, n]], float)).tolist() == [True, False]


def test_what_is_undefined_has_a_reason_and_is_left_out_of_the_means():
    """An identity that nobody mentions, and one without harmful texts, have no areas but reasons."""
    data = comments(400)
    data["none"] = np.zeros(400, bool)
    data["calm"] = data["old"] & ~data["toxic"]
    found = asked(data, ["gay", "none", "calm"])
    reasons = {one.identity: [area.why for area in one.areas] for one in found.identities}
    assert reasons["none"] == ["no-rows", "no-negatives", "no-positives"]
    assert reasons["calm"] == ["no-positives", None, "no-positives"]
    assert reasons["gay"] == [None] * 3
    assert found.power_means[0].left_out == ("none", "calm")
    assert found.power_means[1].left_out == ("none",)
    assert [finding.reason for finding in found.identities[1].findings] == reasons["none"]
    assert any("'none'" in note for note in found.notes)
    json.loads(found.to_json(), parse_constant=pytest.fail)


def test_few_rows_have_a_value_but_no_interval():
    """An identity with fewer than ten harmful texts has areas, and says why they have no interval."""
    data = comments(400)
    data["rare"] = np.arange(400) < 12
    rare = asked(data, ["rare"]).identities[0].subgroup_auc
    assert rare.value is not None
    assert (rare.low, rare.why, rare.method) == (None, "few-rows", "none")


def test_a_perfect_area_is_not_certain():
    """An area of 1 on m rows of the scarcer side has the limit at which m pairs all come right by chance."""
    toxic, gay = np.arange(200) % 2 == 0, np.arange(200) < 60
    found = asked({"toxic": toxic, "score": toxic + np.arange(200) / 500, "gay": gay}, ["gay"])
    area = found.identities[0].subgroup_auc
    assert (area.value, area.high, area.method) == (1.0, 1.0, "exact")
    assert area.low == pytest.approx(0.025 ** (1 / 30))
    for finding in found.findings:
        assert finding.low < 0 < finding.high
        assert finding.verdict == "inconclusive"
    apart = found.identities[0].findings[0]
    worse = asked({"toxic": toxic, "score": np.where(gay, 1.0 - toxic, toxic) * 1.0, "gay": gay}, ["gay"])
    assert worse.findings[0].value == -1.0
    assert (worse.findings[0].verdict, apart.value) == ("disparity", 0.0)


def test_rows_of_which_it_is_not_known_count_for_nothing_unless_told():
    """A missing identity leaves a row out of that identity's areas, or makes it background."""
    data = comments(300)
    toxic, score, gay = (data[name] for name in ("toxic", "score", "gay"))
    known = np.arange(300) % 3 > 0
    rows = {**data, "gay": [bool(g) if k else None for g, k in zip(gay, known, strict=True)]}
    out = asked(rows, ["gay"]).identities[0]
    own = known & gay
    harmless = ~toxic & own
    for found, others in (
        (out, known & ~gay),
        (asked(rows, ["gay"], unknown="background").identities[0], ~own),
    ):
        chosen = harmless | (toxic & others)
        assert found.bpsn_auc.value == pytest.approx(roc_auc_score(toxic[chosen], score[chosen]))
    assert out.unknown == 100
    assert out.rows == int(own.sum())


def test_a_column_of_other_values_is_one_identity_a_level():
    """Religion gives an identity for each religion, whose background is all other known rows."""
    data = comments(300)
    data["religion"] = np.array(["muslim", "jewish", "none"])[np.arange(300) % 3]
    found = asked(data, ["religion"])
    assert [one.identity for one in found.identities] == [
        "religion=jewish",
        "religion=muslim",
        "religion=none",
    ]
    toxic, jewish = data["toxic"], data["religion"] == "jewish"
    chosen = subset("bnsp_auc", toxic, jewish)
    assert found.identities[0].bnsp_auc.value == pytest.approx(
        roc_auc_score(toxic[chosen], data["score"][chosen])
    )


def test_shares_of_raters_need_a_threshold():
    """A column of fractions is refused with the predicate to write, which then works."""
    data = comments(300)
    data["gay"] = data["gay"] * 0.5
    with pytest.raises(DataError, match=r"'gay: gay >= 0\.5'"):
        asked(data, ["gay"])
    (one,) = asked(data, ["gay: gay >= 0.5"]).identities
    assert one.rows == int((data["gay"] >= 0.5).sum())


@pytest.mark.parametrize("name", ["pandas_numpy", "polars_lazy", "duckdb_relation", "csv_file"])
def test_engines_agree(name, tmp_path):
    """The same rows give the same areas from a frame, a lazy one, a relation and a file."""
    data = comments(200)
    columns = {key: values.tolist() for key, values in data.items()}
    here, there = (
        asked(rows, [*SHARES, "either: gay or old"])
        for rows in (data, ENGINES[name].build(columns, tmp_path))
    )
    assert [one.areas for one in here.identities] == [one.areas for one in there.identities]
    assert here.power_means == there.power_means


def test_counts_are_as_good_as_rows():
    """Counts that were read, or merged from two halves, give the areas of their rows."""
    data = comments(300)
    by = [Attribute("gay"), Attribute("old")]
    question = frames.Question(tuple(by), label="toxic", score="score")
    halves = [
        {key: values[part] for key, values in data.items()} for part in (slice(0, 150), slice(150, 300))
    ]
    counts = frames.read(halves[0], question).counts + frames.read(halves[1], question).counts
    found = identity_aucs(counts, identities=["gay", "old"])
    assert found.identities == asked(data, ["gay", "old"]).identities
    with pytest.raises(UsageError, match="leave out 'label'"):
        identity_aucs(counts, label="toxic", identities="gay")


def test_weights_repeat_rows():
    """A weight of 2 moves values as a row that is there twice, but not the number of rows."""
    data = comments(300)
    data["weight"] = np.arange(300) % 2 + 1
    repeated = {key: np.repeat(values, data["weight"]) for key, values in data.items()}
    weighted, plain = asked(data, weight="weight"), asked(repeated)
    for one, other in zip(weighted.identities, plain.identities, strict=True):
        assert [a.value for a in one.areas] == pytest.approx([a.value for a in other.areas])
        assert one.rows < other.rows
    assert weighted.identities[0].subgroup_auc.low < plain.identities[0].subgroup_auc.low


def test_clusters_decide_the_interval():
    """Rows that are each there five times are as sure as they are once, if their cluster is named."""
    data = comments(900)
    data["author"] = np.arange(900)
    often = {key: np.repeat(values, 5) for key, values in data.items()}
    once, clustered, careless = asked(data), asked(often, cluster="author"), asked(often)
    for i in range(len(KINDS)):
        one, two, three = (found.identities[0].areas[i] for found in (once, clustered, careless))
        assert two.method == "cluster-logit-t"
        assert (two.high - two.low) == pytest.approx(one.high - one.low, rel=0.06)
        assert (three.high - three.low) < 0.6 * (one.high - one.low)
        means = [found.power_means[i] for found in (once, clustered)]
        assert (means[1].high - means[1].low) == pytest.approx(means[0].high - means[0].low, rel=0.08)
    assert clustered.clusters == 900


def test_many_scores_are_binned_and_say_so():
    """From some score on bins are used, and how far they may have moved an area is stated."""
    counts = frames.count(comments(300), by=["gay", "old"], label="toxic", score="score")
    from fairkit.counts import Axis, Counts

    levels = tuple(repr(math.floor(float(level) * 2) / 2) for level in counts.axes[0].levels)
    binned = Counts.from_cells(
        counts.kind,
        counts.attributes,
        [tuple(counts.levels[i][c] for i, c in enumerate(codes)) for codes in counts.codes.tolist()],
        counts.values,
        axes=[Axis("score", (), 0.5)],
        axis_cells=[(levels[code],) for (code,) in counts.axis_codes.tolist()],
    )
    exact, rough = (identity_aucs(one, identities="gay") for one in (counts, binned))
    for one, other in zip(exact.identities[0].areas, rough.identities[0].areas, strict=True):
        assert one.binning == 0
        assert abs(one.value - other.value) <= other.binning
    assert any("bins of 0.5" in note for note in rough.notes)


def test_sixty_identities_are_no_trouble():
    """Sixty columns of which any may be true together are counted, each with its own background."""
    rng = np.random.default_rng(0)
    names = [f"i{k}" for k in range(60)]
    data = comments(400) | {name: rng.random(400) < 0.3 for name in names}
    found = asked(data, names)
    chosen = subset("bpsn_auc", data["toxic"], data["i59"])
    assert found.identities[59].bpsn_auc.value == pytest.approx(
        roc_auc_score(data["toxic"][chosen], data["score"][chosen])
    )


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"identities": []}, "name at least one identity"),
        ({"identities": ["gay", "gay"]}, "asked for twice"),
        ({"identities": [3]}, "not 3"),
        ({"identities": "gay", "power": 0}, "power 0"),
        ({"identities": "gay", "unknown": "leave"}, "Did you mean 'leave-out'"),
        ({"identities": "gay", "correction": "max-t"}, "needs a bootstrap"),
        ({"identities": "gay", "confidence": 95}, "no level"),
        ({"identities": "gay", "margin": 2.0}, "wider than any difference"),
        ({"identities": "gay", "score": None}, "name the column with the scores"),
        ({"identities": "gay", "score": {"a": "score"}}, "score must be one column"),
        ({"identities": "gya"}, "Did you mean 'gay'"),
        ({"identities": "gay", "label": "gone"}, "'gone' is not in the data"),
    ],
)
def test_a_wrong_question_is_answered_with_what_to_do(options, told):
    """What cannot be asked is refused with the offending value and a way out."""
    with pytest.raises((UsageError, DataError), match=told):
        identity_aucs(comments(50), **({"label": "toxic", "score": "score"} | options))


def test_data_of_which_nothing_can_be_used_are_refused():
    """Rows without any score are no evidence, and say so."""
    with pytest.raises(DataError, match="none of the 50 rows"):
        asked({**comments(50), "score": [None] * 50})


def test_the_page_has_every_number_and_no_script():
    """The page is well-formed, runs nothing, and its tables hold each area of each identity."""
    found = asked(comments(300) | {"<b>": np.arange(300) % 2 == 0}, [*SHARES, "<b>"])
    page = Page(found.to_html())
    assert {tag for tag, _ in page.elements} <= TAGS | {"figure"}
    overview, *kinds, means = page.tables
    assert [row[0] for row in overview["rows"][1:]] == [*SHARES, "<b>"]
    assert len(kinds) == 3
    assert len(means["rows"]) == 5
    for i, one in enumerate(found.identities):
        assert overview["rows"][i + 1][3].startswith(f"{one.subgroup_auc.value:.4f} (")
    assert "&lt;b&gt;" in found._repr_html_() or "&amp;lt;b" in found._repr_html_()


def test_text_and_frame_have_every_identity():
    """The text lists each kind of area from the worst identity on, the frame has a row for each area."""
    found = asked(comments(2_000, shift=0.8))
    lines = found.to_text().splitlines()
    start = lines.index("BPSN AUC")
    first = next(line for line in lines[start:] if line.startswith(("gay", "old", "blind")))
    assert first.startswith("gay")
    assert first.endswith("◆ disparity")
    frame = found.to_frame()
    assert len(frame) == 12
    assert set(frame["metric"]) == {*KINDS, "background_auc"}


def test_terms_in_texts_are_identities():
    """Without columns of identities, the texts that mention a term are one, the longest term first."""
    data = comments(400)
    told = ["gay", "African American", "American", "nobody"]
    said = [f"One {told[i % 4].upper()} person, and so on" for i in range(400)]
    rows = {
        "toxic": data["toxic"].astype(int),
        "score": data["score"],
        "said": said,
        "author": np.arange(400) // 2,
    }
    found = identity_aucs(
        rows, label="toxic", score="score", text="said", terms=told[:3], identities="odd: author > 100",
        cluster="author",
    )  # fmt: skip
    assert [(one.identity, one.rows) for one in found.identities] == [
        ("odd", 198), ("gay", 100), ("African American", 100), ("American", 100),
    ]  # fmt: skip
    chosen = np.arange(400) % 4 == 2
    expected = roc_auc_score(data["toxic"][chosen], data["score"][chosen])
    assert found.identities[3].subgroup_auc.value == pytest.approx(expected)
    shares = rows | {"toxic": np.where(data["toxic"], 0.7, 0.2)}
    again = identity_aucs(shares, label="toxic >= 0.5", score="score", text="said", terms=told[:3])
    assert [one.areas[1].value for one in again.identities] == [
        one.areas[1].value for one in found.identities[1:]
    ]
    with pytest.raises(UsageError, match="belong together"):
        identity_aucs(rows, label="toxic", score="score", terms=["gay"])
    with pytest.raises(UsageError, match=r"terms=\['gay'\]"):
        identity_aucs(rows, label="toxic", score="score", text="said", terms="gay")
    with pytest.raises(DataError, match="names of columns too: 'author'"):
        identity_aucs(rows, label="toxic", score="score", text="said", terms=["author"], cluster="author")
