"""The collection plan: who is there, how many are lacking, and whether so many would do."""

from __future__ import annotations

import csv
import io
import json
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairkit.counts import Counts, Kind
from fairkit.errors import DataError, UsageError
from fairkit.evidence import Options
from fairkit.groups import groupings
from fairkit.metrics.words import WORDS
from fairkit.shares import REST
from fairkit.speech.collection.combinations import combinations
from fairkit.speech.collection.needs import Standing, Target, needs, standing
from fairkit.speech.collection.recorded import Recorded
from fairkit.speech.collection.spread import Spread, Wishes, spread
from fairkit.speech.evidence import SpeakerRows
from fairkit.speech.planning import coverage
from fairkit.tables import group_cells, group_table

WORDS_SAID = [f"word{i}" for i in range(10)]


def corpus(speakers, *, noises=("no",), utterances=6, rate=0.15, seed=0, sd=0.5):
    """Return rows with texts: `speakers` of each accent, each of whom records every condition."""
    rng = np.random.default_rng(seed)
    rows = {name: [] for name in ("accent", "noise", "who", "said", "heard")}
    for accent, n in speakers.items():
        for i in range(n):
            effect = rng.lognormal(-(sd**2) / 2, sd)
            for noise in noises:
                for _ in range(utterances):
                    wrong = rng.random(len(WORDS_SAID)) < min(rate * effect, 0.95)
                    heard = ["xx" if bad else word for bad, word in zip(wrong, WORDS_SAID, strict=True)]
                    for name, value in zip(
                        rows,
                        (accent, noise, f"{accent}{i}", " ".join(WORDS_SAID), " ".join(heard)),
                        strict=True,
                    ):
                        rows[name].append(value)
    return rows


def fresh(groups, *, gap, rate=0.15, sd=0.5, words=400.0, inequality=1.0):
    """Plan a collection of equal groups in which nobody has been recorded yet."""
    variance = float(np.expm1(sd**2)) + 1 / (rate * words)
    taken = Spread(
        rate,
        "option",
        variance,
        "option",
        np.full(groups, variance),
        0.0,
        words,
        "option",
        1.0,
        inequality,
        0.0,
    )
    level = 1 - 0.05 / (1 if groups == 2 else groups)
    nobody = Standing(*[np.zeros(groups)] * 7)
    more = needs(nobody, taken, Target(gap, 0.8, level), planned=np.full(groups, True)).more
    assert len(set(more.tolist())) == 1
    return int(more[0])


def found_in(
    people, groups, *, gap, rate=0.15, sd=0.5, words=400.0, sigma=0.0, conditions=1, likeness=0.0, runs
):
    """Return how often the corrected interval of `SpeakerRows` shows that the first group is worse."""
    rng, by = np.random.default_rng(1), groupings("group")[0]
    rates = np.full(groups, rate)
    rates[0] += gap
    sides = groups // conditions
    shape = (sides, people, conditions)
    places = [(f"{a}-{c}",) for a in range(sides) for _ in range(people) for c in range(conditions)]
    who = [f"{a}.{i}" for a in range(sides) for i in range(people) for _ in range(conditions)]
    level = 1 - 0.05 / (1 if groups == 2 else groups)
    hits = 0
    for _ in range(runs):
        voice, here = rng.standard_normal((sides, people, 1)), rng.standard_normal(shape)
        effect = np.exp(sd * (np.sqrt(likeness) * voice + np.sqrt(1 - likeness) * here) - sd**2 / 2)
        said = np.maximum(np.rint(words * rng.lognormal(-(sigma**2) / 2, sigma, shape)), 5)
        chance = np.minimum(effect * rates.reshape(sides, 1, conditions), 0.95)
        wrong = np.minimum(rng.poisson(chance * said), said).ravel()
        table = np.zeros((len(who), 21))
        table[:, 0], table[:, 1], table[:, 2] = 40, said.ravel() - wrong, wrong
        counts = Counts.from_cells(Kind.WORDS, ["group"], places, table, clusters=who)
        rows = SpeakerRows([WORDS[0]], group_cells(counts, by), group_table(counts, by), Options())
        against = rows.against(np.array([REST]), "difference")
        (low, _), _ = against.corrected(np.full(against.value.shape, level))
        hits += bool(low[0, 0] > 0)
    return hits / runs


@pytest.mark.slow
@pytest.mark.parametrize(
    ("groups", "setting", "drawn"),
    [
        (6, {"gap": 0.1}, {}),
        (2, {"gap": 0.1, "rate": 0.1, "sd": 0.3, "words": 300.0}, {}),
        (8, {"gap": 0.1, "inequality": float(np.exp(0.36))}, {"sigma": 0.6}),
        (8, {"gap": 0.1}, {"conditions": 2, "likeness": 0.7}),
    ],
    ids=["six accents", "two accents", "unequal words", "two conditions of each speaker"],
)
def test_the_planned_number_of_speakers_shows_the_gap(groups, setting, drawn):
    """With so many speakers the evidence itself finds the gap in about the share of draws asked for."""
    people = fresh(groups, **setting)
    setting.pop("inequality", None)
    assert 0.74 <= found_in(people, groups, **setting, **drawn, runs=150) <= 0.95


@pytest.mark.slow
def test_half_of_the_planned_number_does_not_show_the_gap():
    """The number is no larger than it has to be by much: half of it mostly fails."""
    assert found_in(fresh(6, gap=0.1) // 2, 6, gap=0.1, runs=150) <= 0.5


def test_every_crossing_is_listed_with_whom_it_has():
    """Crossings that no row has are absent, declared levels nobody has are too, all others are counted."""
    rows = corpus({"Irish": 4, "US": 5})
    plan = coverage(
        rows, by="accent,noise", speaker="who", levels={"noise": ["no", "yes"]}, words=400, gap=0.1
    )
    crossed, accent, noise = plan.tables
    assert [(c.group, c.speakers, c.utterances, c.verdict) for c in crossed.cells] == [
        ("accent=Irish & noise=no", 4, 24, "too-few"),
        ("accent=Irish & noise=yes", 0, 0, "absent"),
        ("accent=US & noise=no", 5, 30, "too-few"),
        ("accent=US & noise=yes", 0, 0, "absent"),
    ]
    assert [table.marginal for table in plan.tables] == [False, True, True]
    assert [c.speakers for c in accent.cells] == [4, 5]
    assert [c.speakers for c in noise.cells] == [9, 0]
    assert all(c.needed == c.speakers + c.more for c in crossed.cells)
    assert crossed.new_speakers == sum(c.more for c in crossed.cells)


def test_one_factor_alone_can_be_fine_where_the_crossing_is_not():
    """Accent alone has enough speakers, though some of its crossings with noise have none."""
    rows = corpus({"Irish": 40, "US": 40})
    plan = coverage(
        rows, by="accent,noise", speaker="who", levels={"noise": ["no", "yes"]}, reference="said",
        hypothesis="heard", gap=0.1,
    )  # fmt: skip
    crossed, accent, _ = plan.tables
    assert accent.counted("enough") == 2
    assert crossed.counted("absent") == 2


def test_missing_labels_are_listed_and_need_nothing():
    """Rows without a label are a group of their own, which is no part of the plan but of the correction."""
    rows = corpus({"Irish": 4, "US": 5, None: 3})
    plan = coverage(rows, by="accent", speaker="who", words=400)
    last = plan.tables[0].cells[-1]
    assert (last.group, last.speakers, last.verdict) == ("accent=(missing)", 3, "unlabelled")
    assert (last.needed, last.more, last.reason) == (None, None, None)
    assert plan.tables[0].hypotheses == 3
    marked = corpus({"Irish": 4, "US": 5, "?": 3})
    assert coverage(marked, by="accent", speaker="who", words=400, missing="?").tables[0].cells == (
        plan.tables[0].cells
    )


def test_rows_without_a_speaker_or_a_reference_are_left_out_and_said():
    """What a plan cannot count is counted as left out, and noted."""
    rows = corpus({"Irish": 4, "US": 5})
    rows["who"][0] = None
    rows["said"][8] = None
    for columns in ({}, {"hypothesis": "heard"}):
        plan = coverage(rows, by="accent", speaker="who", reference="said", **columns)
        assert plan.left_out == {"without_speaker": 1, "without_reference": 1}
        assert plan.rows == 54
        assert sum(c.utterances for c in plan.tables[0].cells) == 52
        assert [note.partition(" without")[0] for note in plan.notes] == ["1 row", "1 row"]


def test_the_spread_of_speakers_is_recovered_from_transcripts():
    """The measured variance is that with which speakers were drawn, within a tenth at 400 speakers."""
    rows = corpus({"A": 200, "B": 200}, utterances=20, sd=0.5, rate=0.1)
    table = coverage(rows, by="accent", speaker="who", reference="said", hypothesis="heard").tables[0]
    # Words are drawn independently: their own noise is (1 - rate) / (rate words).
    true = np.expm1(0.25) + 0.9 / (0.1 * 200)
    assert (table.variance_from, table.rate_from, table.words_from) == ("data", "data", "data")
    assert table.relative_variance == pytest.approx(true, rel=0.15)
    assert table.words_per_speaker == 200
    assert table.inequality == pytest.approx(1)
    assert table.freedom == pytest.approx(398)


def test_few_speakers_are_moderated_towards_the_assumption():
    """Three speakers a group who happen to agree do not make a plan for twins."""
    rows = corpus({"A": 3, "B": 3}, sd=0.0)
    table = coverage(rows, by="accent", speaker="who", reference="said", hypothesis="heard").tables[0]
    assert table.relative_variance > 0.5 * np.expm1(0.25)


def test_a_speaker_in_several_combinations_counts_in_each_and_once_in_all():
    """Noise varies within speakers: it is said so, and recording everybody in both conditions needs fewer."""
    rows = corpus({"Irish": 5, "US": 5}, noises=("no", "yes"))
    plan = coverage(rows, by="accent,noise", speaker="who", reference="said", hypothesis="heard", gap=0.1)
    assert plan.speakers == 10
    factors = {factor.name: factor for factor in plan.factors}
    assert (factors["noise"].within, factors["noise"].several) == (True, 1.0)
    assert (factors["accent"].within, factors["accent"].several) == (False, 0.0)
    table = plan.tables[0]
    assert [c.speakers for c in table.cells] == [5, 5, 5, 5]
    by_accent = {a: max(c.more for c in table.cells if c.levels[0] == a) for a in ("Irish", "US")}
    assert table.new_speakers_within == sum(by_accent.values()) < table.new_speakers


def test_shared_speakers_show_smaller_gaps():
    """Both conditions of the same voices are compared within them, once their likeness is measured."""
    same = corpus({"US": 30}, noises=("no", "yes"), utterances=30)
    other = {**same, "who": [f"{who}{noise}" for who, noise in zip(same["who"], same["noise"], strict=True)]}
    asked = {"by": "noise", "speaker": "who", "reference": "said", "hypothesis": "heard"}
    shared, apart = coverage(same, **asked).tables[0], coverage(other, **asked).tables[0]
    assert shared.correlation > 0.5 > apart.correlation == 0
    assert shared.cells[0].detectable < 0.8 * apart.cells[0].detectable


def test_standing_counts_what_speakers_say_on_both_sides():
    """Sums of words, squares and shared words equal those of the whole table of speakers and combinations."""
    rng = np.random.default_rng(3)
    codes, speaker = rng.integers(0, 3, (200, 1)), rng.integers(0, 9, 200)
    words = rng.integers(0, 12, 200).astype(float)
    rows = Recorded(("a",), (("x", "y", "z"),), codes, speaker, 9, words, None, 200, 0, 0)
    now = standing(combinations(rows, groupings("a")[0]))
    full = np.zeros((9, 3))
    np.add.at(full, (speaker, codes[:, 0]), words)
    rest = full.sum(axis=1, keepdims=True) - full
    for name, expected in {
        "words": full.sum(axis=0),
        "squares": (full**2).sum(axis=0),
        "other_words": rest.sum(axis=0),
        "other_squares": (rest**2).sum(axis=0),
        "shared": (full * rest).sum(axis=0),
        "speakers": (full > 0).sum(axis=0),
        "other_speakers": (rest > 0).sum(axis=0),
    }.items():
        assert getattr(now, name).tolist() == pytest.approx(expected.tolist()), name


def test_detectable_and_needed_agree():
    """A combination has enough speakers exactly where they show a gap no larger than the one asked for."""
    rows = corpus({"A": 3, "B": 12, "C": 40})
    for gap in (0.05, 0.1, 0.2, 0.4):
        plan = coverage(rows, by="accent", speaker="who", words=400, gap=gap)
        now = {c.group: c for c in plan.tables[0].cells}
        for cell in now.values():
            shown = cell.detectable is not None and cell.detectable <= gap
            assert shown <= (cell.verdict == "enough")
    assert now["accent=C"].verdict == "enough"
    assert now["accent=A"].verdict == "too-few"


@settings(max_examples=15, deadline=None)
@given(
    groups=st.integers(2, 30),
    gap=st.floats(0.03, 0.5),
    rate=st.floats(0.03, 0.6),
    sd=st.floats(0.1, 1.0),
    words=st.floats(50, 5_000),
)
def test_needs_grow_as_they_should(groups, gap, rate, sd, words):
    """A smaller gap, more variable speakers, fewer words or less equal ones never need fewer speakers."""
    base = fresh(groups, gap=gap, rate=rate, sd=sd, words=words)
    assert base >= 3
    assert fresh(groups, gap=0.8 * gap, rate=rate, sd=sd, words=words) >= base
    assert fresh(groups, gap=gap, rate=rate, sd=1.2 * sd, words=words) >= base
    assert fresh(groups, gap=gap, rate=rate, sd=sd, words=words / 2) >= base
    assert fresh(groups, gap=gap, rate=rate, sd=sd, words=words, inequality=1.5) >= base


@settings(max_examples=25, deadline=None)
@given(order=st.permutations(range(54)), rename=st.permutations(["Irish", "US"]))
def test_order_of_rows_and_names_of_groups_do_not_matter(order, rename):
    """The plan is that of the people, however rows are sorted and groups are called."""
    rows = corpus({"Irish": 4, "US": 5})
    moved = {name: [values[i] for i in order] for name, values in rows.items()}
    names = dict(zip(["Irish", "US"], rename, strict=True))
    moved["accent"] = [names[accent] for accent in moved["accent"]]
    asked = {"by": "accent", "speaker": "who", "reference": "said", "hypothesis": "heard"}
    one = {c.levels[0]: (c.speakers, c.needed) for c in coverage(rows, **asked).tables[0].cells}
    two = {c.levels[0]: (c.speakers, c.needed) for c in coverage(moved, **asked).tables[0].cells}
    assert {names[name]: cell for name, cell in one.items()} == two


def test_options_replace_what_the_data_say():
    """Stated rate, spread and words are used as they are, and marked as stated."""
    rows = corpus({"A": 8, "B": 8})
    asked = {"by": "accent", "speaker": "who", "reference": "said", "hypothesis": "heard"}
    table = coverage(rows, **asked, rate=0.3, speaker_sd=0.4, words=500).tables[0]
    assert (table.rate, table.rate_from) == (0.3, "option")
    assert table.relative_variance == pytest.approx(np.expm1(0.16) + 1 / 150)
    assert (table.variance_from, table.words_per_speaker, table.words_from) == ("option", 500, "option")


def test_without_references_utterances_count_as_ten_words_and_it_is_said():
    """Labels alone make a plan on stated assumptions, with a note on the words."""
    rows = corpus({"A": 8, "B": 8})
    plan = coverage(rows, by="accent", speaker="who")
    table = plan.tables[0]
    assert (table.rate, table.rate_from, table.variance_from) == (0.15, "assumption", "assumption")
    assert (table.words_per_speaker, table.words_from) == (60, "assumption")
    assert table.cells[0].words is None
    assert "an utterance counts as 10 words" in plan.notes[0]
    with_words = coverage(rows, by="accent", speaker="who", reference="said").tables[0]
    assert (with_words.words_from, with_words.cells[0].words) == ("data", 480)
    assert with_words.cells[0].needed == table.cells[0].needed


def test_predicates_are_factors_too():
    """A named predicate splits speakers as a column does."""
    rows = {"age": [19, 19, 40, None], "who": ["a", "b", "c", "d"]}
    plan = coverage(rows, by="young: age < 25", speaker="who")
    assert [(c.group, c.speakers) for c in plan.tables[0].cells] == [
        ("young=False", 1),
        ("young=True", 2),
        ("young=(missing)", 1),
    ]


def test_a_tiny_gap_is_out_of_reach_and_says_so():
    """Where not even 100,000 speakers would do, there is a reason instead of a number."""
    plan = coverage(corpus({"A": 8, "B": 8}), by="accent", speaker="who", gap=1e-5)
    assert [(c.needed, c.more, c.reason, c.verdict) for c in plan.tables[0].cells] == [
        (None, None, "out-of-reach", "too-few")
    ] * 2
    assert "out of reach" in plan.to_text()
    assert "out of reach" in plan.to_html()


def test_a_gap_above_one_can_be_planned():
    """Insertions can exceed words, so that rates differ by more than 1."""
    plan = coverage(corpus({"A": 8, "B": 8}), by="accent", speaker="who", gap=1.2)
    assert all(c.verdict == "enough" or c.needed < 30 for c in plan.tables[0].cells)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"gap": 0}, "gap must be a positive number, not 0"),
        ({"gap": float("nan")}, "gap must be a positive number, not nan"),
        ({"gap": float("inf")}, "gap must be a positive number"),
        ({"rate": -0.1}, "rate must be a positive number"),
        ({"speaker_sd": 0.0}, "speaker_sd must be a positive number"),
        ({"words": 0}, "words must be a positive number"),
        ({"gap": None}, "gap must be a positive number, not None"),
        ({"rate": "0.1"}, "rate must be a positive number, not '0.1'"),
        ({"power": True}, "power must lie strictly between 0 and 1, not True"),
        ({"power": 1.0}, "power must lie strictly between 0 and 1"),
        ({"confidence": 95}, "confidence must lie strictly between 0 and 1, not 95"),
        ({"speaker": ""}, "name the column of speakers"),
        ({"hypothesis": "heard"}, "a hypothesis needs a reference"),
        ({"normalizer": "bsic"}, "bsic"),
        ({"normalizer": ("none", "basic")}, "one normalizer"),
        ({"levels": {"acent": ["A"]}}, "Did you mean 'accent'?"),
    ],
)
def test_a_wrong_question_is_refused(given, words):
    """What cannot be meant is named, with its value."""
    with pytest.raises(UsageError, match=re.escape(words)):
        coverage(corpus({"A": 3, "B": 3}), **{"by": "accent", "speaker": "who", **given})


def test_all_problems_are_said_at_once():
    """Two wrong numbers make one error with two problems."""
    with pytest.raises(UsageError) as error:
        coverage(corpus({"A": 3, "B": 3}), by="accent", speaker="who", gap=0, power=2)
    assert len(error.value.problems) == 2


@pytest.mark.parametrize(
    ("rows", "by", "words"),
    [
        ({"accent": ["A"], "who": ["x"]}, "acent", "Did you mean 'accent'?"),
        ({"accent": ["A", "A"], "who": ["x", "y"]}, "accent", "only one level ('accent' = 'A')"),
        ({"accent": [None, None], "who": ["x", "y"]}, "accent", "has no levels"),
        ({"accent": ["A", "B"], "who": [None, None]}, "accent", "names no speaker"),
        (
            {"a": [f"a{i}" for i in range(40)], "b": [f"b{i}" for i in range(40)], "who": ["x"] * 40},
            "a,b",
            "makes 1,600 combinations (40 of 'a' × 40 of 'b'), more than the 1,000",
        ),
    ],
    ids=["misspelt", "one level", "no level", "no speaker", "too many"],
)
def test_data_without_a_plan_are_refused(rows, by, words):
    """Data that hold nothing to plan say why, and what to do."""
    with pytest.raises(DataError, match=re.escape(words)):
        coverage(rows, by=by, speaker="who")


def test_references_must_be_texts():
    """A column of numbers is no reference, with hypotheses or without."""
    rows = {"accent": ["A", "B"], "who": ["x", "y"], "said": [1, 2], "heard": ["a", "b"]}
    for columns in ({}, {"hypothesis": "heard"}):
        with pytest.raises(DataError, match="'said' must hold texts"):
            coverage(rows, by="accent", speaker="who", reference="said", **columns)


def test_nobody_with_both_a_reference_and_a_speaker_leaves_all_to_be_recorded():
    """Where no row can be used all combinations are absent; without any reference data are refused."""
    rows = {"accent": ["A", "B"], "who": ["x", None], "said": [None, "go on"]}
    table = coverage(rows, by="accent", speaker="who", reference="said").tables[0]
    assert [(c.speakers, c.verdict, c.more > 0) for c in table.cells] == [(0, "absent", True)] * 2
    with pytest.raises(DataError, match="no row has a reference in column 'said'"):
        coverage({**rows, "said": [None, None]}, by="accent", speaker="who", reference="said")


def test_names_that_could_hide_stay_visible_in_every_view():
    """Levels with markup, right-to-left marks and control characters are written out, never obeyed."""
    rows = {
        "accent & tone": ["<b>\u202e", "<b>\u202e", "plain", "plain\x1b[31m"],
        "who": ["w", "x", "y", "z"],
    }
    plan = coverage(rows, by=[["accent & tone"]], speaker="who")
    for view in (plan.to_text(), plan.to_html()):
        assert "\u202e" not in view
        assert "\x1b" not in view
    assert "<b>" not in plan.to_html()
    assert len(list(csv.reader(io.StringIO(plan.to_csv())))) == 4


def test_json_and_csv_hold_the_whole_plan_and_no_speaker():
    """JSON reads back as the plan does, CSV has a line for each combination, and nobody is named."""
    rows = corpus({"Irish": 4, "US": 5}, noises=("no", "yes"))
    plan = coverage(rows, by="accent,noise", speaker="who", reference="said", hypothesis="heard")
    read = json.loads(plan.to_json())
    assert read["schema"] == "fairkit.coverage/1"
    assert [c["group"] for c in read["tables"][0]["cells"]] == [c.group for c in plan.tables[0].cells]
    lines = list(csv.DictReader(io.StringIO(plan.to_csv())))
    assert len(lines) == sum(len(table.cells) for table in plan.tables)
    assert {line["level noise"] for line in lines if line["attribute"] == "accent"} == {""}
    for view in (plan.to_json(), plan.to_csv(), plan.to_text(), plan.to_html()):
        assert "Irish0" not in view


def test_the_page_is_complete_in_itself_and_says_all_in_its_tables():
    """No script, no address, a chart and a table for each crossing, and every number of the chart in it."""
    rows = corpus({"Irish": 4, "US": 5}, noises=("no", "yes"))
    plan = coverage(rows, by="accent,noise", speaker="who", reference="said", hypothesis="heard")
    page = plan.to_html()
    assert page.count("<svg") == len(plan.tables)
    assert "<script" not in page
    assert not re.findall(r"""(?:src|href)=["'](?!#|data:)""", page)
    for cell in plan.tables[0].cells:
        assert f'<td class="n">{cell.needed}</td><td class="n">{cell.more}</td>' in page


@pytest.mark.parametrize("engine", ["pandas", "polars", "duckdb", "arrow", "csv"])
def test_every_engine_gives_the_same_plan(engine, tmp_path):
    """Numbers as labels are levels of one form, whatever reads them."""
    import duckdb
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    rows = corpus({1: 4, 2: 5})
    frame = pd.DataFrame(rows)
    data = {
        "pandas": lambda: frame,
        "polars": lambda: pl.DataFrame(rows),
        "duckdb": lambda: duckdb.from_arrow(pa.table(rows)),
        "arrow": lambda: pa.table(rows),
        "csv": lambda: frame.to_csv(tmp_path / "rows.csv", index=False) or tmp_path / "rows.csv",
    }[engine]()
    for columns in ({}, {"reference": "said"}, {"reference": "said", "hypothesis": "heard"}):
        expected = coverage(rows, by="accent", speaker="who", **columns).tables
        assert coverage(data, by="accent", speaker="who", **columns).tables == expected


def test_spread_of_stated_words_moves_with_them():
    """Fewer words than those at hand make speakers' rates noisier, by the noise of words alone."""
    recorded = Recorded(
        ("a",), (("x", "y"),), np.repeat([[0], [1]], 30, axis=0), np.arange(60), 60, np.full(60, 400.0),
        np.random.default_rng(0).poisson(60 * np.random.default_rng(1).lognormal(0, 0.5, 60)).astype(float),
        60, 0, 0,
    )  # fmt: skip
    found = combinations(recorded, groupings("a")[0])
    usual, short = spread(found, Wishes()), spread(found, Wishes(words=40.0))
    assert short.variance - usual.variance == pytest.approx((1 / 40 - 1 / 400) / usual.rate)


@pytest.mark.realdata
def test_edacc_has_too_few_speakers_in_every_accent(real_data):
    """60 speakers of 24 accents show no gap of five points; the largest group of 9 comes nearest."""
    plan = coverage(
        real_data / "edacc_audit" / "whisper-large-v3-turbo.jsonl", by="accent", speaker="speaker",
        reference="ref_raw", hypothesis="hyp_raw", normalizer="english",
    )  # fmt: skip
    table = plan.tables[0]
    assert (plan.speakers, len(table.cells), table.counted("too-few")) == (60, 24, 24)
    assert max(table.cells, key=lambda c: c.speakers).group == "accent=Mainstream US English"
    assert all(60 < c.needed < 120 for c in table.cells)
    assert 0.1 < table.relative_variance < 0.4
