"""Reports to show: an ordinary one, one with hostile names, and one with very many groups."""

from __future__ import annotations

import numpy as np
import pytest

import fairkit
from fairkit import speech
from fairkit.groups import Attribute
from fairkit.text.evaluator import judge_texts
from fairkit.text.rows import read_texts

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style></svg><script>alert(2)</script>",
    "<!-- --> ]]> &amp; &lt;",
    "{{ 7 * 7 }}{% raw %} ${7*7}",
    "a|b `code` **bold** [link](https://evil.example/) @someone #1",
    "\x1b[31mred\x1b[0m \x07 \x00",
    "\u202egnp.exe",
    "line one\nline two\r\n| three |",
    "[bold red]markup[/] :smile:",
    "https://evil.example/x.png",
    "日本語 ελληνικά",
    "x" * 300,
)


def rows_of(levels, *, n, seed=0):
    """Make rows whose decisions differ by group, with a known seed."""
    rng = np.random.default_rng(seed)
    group = rng.integers(0, len(levels), n)
    label = rng.random(n) < 0.4
    chance = np.where(label, 0.7, 0.2) + np.where(group % 5 == 0, 0.25, 0.0)
    return {
        "group": [levels[k] for k in group],
        "sex": [("F", "M", None)[k] for k in rng.choice(3, n, p=[0.5, 0.47, 0.03])],
        "label": label.astype(int).tolist(),
        "decision": (rng.random(n) < chance).astype(int).tolist(),
    }


@pytest.fixture(scope="session")
def report():
    """Return a report with disparities, an intersection, undefined numbers, missing labels and lost rows."""
    rows = rows_of(["A", "B", "C", "D", "E"], n=4_000)
    rows["group"][:3] = ["tiny"] * 3
    rows["label"][:3] = [0, 0, 0]
    rows["label"][3:60] = [None] * 57
    return fairkit.evaluate(
        rows,
        label="label",
        decision="decision",
        by=["group", "sex,group"],
        reference={"group": "B"},
        levels={"group": ["A", "B", "C", "D", "E", "tiny", "nobody"]},
        compare="both",
    )


@pytest.fixture(scope="session")
def hostile():
    """Return a report whose attribute, levels and columns are named by an attacker."""
    rows = rows_of(HOSTILE, n=3_000)
    rows["<b>group</b>"] = rows.pop("group")
    rows["<i>d</i>"] = rows.pop("decision")
    return fairkit.evaluate(
        rows,
        label="label",
        decision="<i>d</i>",
        by=["<b>group</b>", ["sex", "<b>group</b>"]],
        metrics=["selection_rate", "false_positive_rate"],
    )


@pytest.fixture(scope="session")
def many():
    """Return a report of every metric over 140 groups."""
    levels = [f"group number {k}" for k in range(140)]
    rows = rows_of(levels, n=30_000)
    return fairkit.evaluate(rows, label="label", decision="decision", by="group", metrics="all")


@pytest.fixture(scope="session")
def compas(real_data):
    """Return the report on COMPAS, whose figures were published."""
    return fairkit.evaluate(
        str(real_data / "compas" / "compas-scores-two-years.csv"),
        label="two_year_recid",
        decision='score_text != "Low"',
        by="race",
        reference={"race": "Caucasian"},
    )


def kinds_of_rows(levels, *, n, seed=0):
    """Make the columns of every kind of question, with a tiny group and values that are missing."""
    rng = np.random.default_rng(seed)
    group = rng.integers(0, len(levels), n)
    label = rng.random(n) < 0.4
    score = np.clip(0.3 * label + 0.1 * (group % 2) + 0.5 * rng.random(n), 0, 1).round(3)
    amount = rng.gamma(4, 50_000, n)
    rows = {
        "group": [levels[k] for k in group],
        "sex": [("F", "M", None)[k] for k in rng.choice(3, n, p=[0.5, 0.47, 0.03])],
        "label": label.astype(float).tolist(),
        "decision": (score > 0.4).astype(int).tolist(),
        "decision 2": (score > 0.3).astype(int).tolist(),
        "score": score.tolist(),
        "score 2": (score**2).round(3).tolist(),
        "amount": amount.tolist(),
        "guess": (amount * rng.normal(1, 0.2, n) + 20_000 * (group == 0)).tolist(),
        "query": [f"q{k // 8}" for k in range(n)],
        "rank": [1 + k % 8 for k in range(n)],
        "relevance": rng.integers(0, 4, n).tolist(),
        "events": rng.poisson(0.4, n).tolist(),
        "months": (12 * rng.random(n)).round(2).tolist(),
    }
    rows["low"] = [0.7 * x for x in rows["guess"]]
    rows["high"] = [1.3 * x for x in rows["guess"]]
    rows["label"][3:30] = rows["amount"][3:30] = rows["rank"][3:30] = rows["events"][3:30] = [None] * 27
    for name, value in {"group": "tiny", "label": 0.0, "decision": 0, "months": 0.0, "events": 0}.items():
        rows[name][:3] = [value] * 3
    return rows


def classes_of_rows(rows, names, seed=1):
    """Make a label and a decision among several classes."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, len(names), len(rows["group"]))
    given = np.where(rng.random(len(truth)) < 0.7, truth, rng.integers(0, len(names), len(truth)))
    truth[:3] = 0
    return {**rows, "truth": [names[k] for k in truth], "given": [names[k] for k in given]}


QUESTIONS = {
    "scores": {"label": "label", "score": "score"},
    "scores and decisions": {"label": "label", "score": "score", "threshold": 0.4},
    "classes": {"label": "truth", "decision": "given", "classes": "all"},
    "outputs": {"outputs": {"label": "decision", "decision 2": "decision"}},
    "models": {"label": "label", "decision": {"old": "decision", "new": "decision 2"}},
    "models with scores": {"label": "label", "score": {"old": "score", "new": "score 2"}},
    "regression": {
        "label": "amount",
        "prediction": "guess",
        "prediction_low": "low",
        "prediction_high": "high",
        "quantile": 0.5,
        "metrics": "all",
    },
    "ranking": {"rank": "rank", "query": "query", "relevance": "relevance", "metrics": "all"},
    "events": {"events": "events", "exposure": "months"},
}


def report_on_texts(rows):
    """Judge measures of texts by group, some of which were not measured, and texts that are missing."""
    rng = np.random.default_rng(3)
    n = len(rows["group"])
    rows["text"] = [None, "", *(f"Text {k}." for k in range(n - 2))]
    texts = read_texts(rows, text="text", by=[Attribute("group"), Attribute("sex")])
    gap = np.abs(rng.normal(0, 0.1, n))
    gap[5:40] = np.nan
    measures = {
        "prediction_sensitivity": rng.normal(0.001, 0.01, n),
        "counterfactual_gap": gap,
        "flip_rate": np.where(np.isnan(gap), np.nan, gap > 0.15),
        "gender_polarity": np.full(n, np.nan),
    }
    return judge_texts(texts, measures, by=["group", "sex"], levels={"group": LEVELS})


LEVELS = ["A", "B", "C", "tiny", "nobody"]


@pytest.fixture(scope="session", params=[*QUESTIONS, "texts"])
def of_kind(request):
    """Return a report of each kind, with undefined groups, missing attributes and rows left out."""
    rows = classes_of_rows(kinds_of_rows(["A", "B", "C"], n=1_600), ["cat", "dog", "owl"])
    if request.param == "texts":
        return report_on_texts(rows)
    return fairkit.evaluate(
        rows,
        by=["group", "sex"],
        levels={"group": LEVELS},
        **QUESTIONS[request.param],
    )


@pytest.fixture(scope="session")
def page_of_kind(of_kind):
    """Return the page of the report of each kind."""
    return of_kind.to_html()


@pytest.fixture(scope="session")
def hostile_classes():
    """Return a report on classes whose names were chosen by an attacker."""
    rows = classes_of_rows(kinds_of_rows(HOSTILE[:5], n=2_500), HOSTILE)
    return fairkit.evaluate(rows, by="group", **QUESTIONS["classes"])


@pytest.fixture(scope="session")
def hostile_models():
    """Return a report on models whose names were chosen by an attacker, over groups of such names."""
    rows = kinds_of_rows(HOSTILE[:5], n=2_500)
    models = {HOSTILE[2]: "score", HOSTILE[6]: "score 2"}
    return fairkit.evaluate(rows, label="label", score=models, by="group")


@pytest.fixture(scope="session")
def many_scores():
    """Return a report on scores of 100 groups."""
    rows = kinds_of_rows([f"group number {k}" for k in range(100)], n=20_000)
    return fairkit.evaluate(rows, by="group", **QUESTIONS["scores"])


WORDS = [
    *("the", "a", "to", "and", "you", "of", "is", "it", "that", "we", "turn", "left", "right", "stop"),
    *("go", "on", "road", "house", "light", "talk", "now", "will"),
]


def transcripts(accents, *, n, speakers, seed=0, said=WORDS):
    """Make transcripts of two systems; one accent is harder, and noise hurts one more than the others."""
    rng = np.random.default_rng(seed)
    who = rng.integers(0, speakers, n)
    accent = who % len(accents)
    noise = rng.random(n) < 0.5
    chance = 0.04 * np.exp(rng.normal(0, 0.2, speakers))[who] * np.where(accent == 1, 4, 1)
    chance = chance * np.where(noise, np.where(accent == 2, 9, 2), 1)
    rows = {
        "id": [f"u{k:04d}" for k in range(n)],
        "accent": [accents[k] for k in accent],
        "noise": np.where(noise, "yes", "no").tolist(),
        "snr": rng.normal(20 - 8 * noise, 3).round(2).tolist(),
        "who": [f"person-{k:02d}" for k in who],
        "said": [],
        "v1": [],
        "v2": [],
    }
    for k in range(n):
        words = rng.choice(said, rng.integers(4, 12)).tolist()
        rows["said"].append(" ".join(words))
        for name, factor in (("v1", 1.0), ("v2", 0.8)):
            rows[name].append(" ".join(_heard(words, factor * chance[k], accent[k], said, rng)))
    rows["said"][0], rows["said"][1], rows["v1"][2] = "(laughs)", None, "thank you " * 30
    rows["v1"][3], rows["v2"][4] = None, ""
    rows["said"][5], rows["v1"][5] = "colour colour", "color colour"
    return rows


def _heard(words, chance, accent, said, rng):
    """Substitute, delete and insert; one accent's word is always taken for the same other one."""
    for word in words:
        draw = rng.random()
        if draw < 0.6 * chance:
            yield "you" if word == "will" and accent == 1 else str(rng.choice(said))
        elif draw > 0.85 * chance:
            yield word
        if rng.random() < 0.2 * chance:
            yield str(rng.choice(said))


ASKED = {
    "reference": "said",
    "hypothesis": {"old": "v1", "new": "v2"},
    "speaker": "who",
    "identifier": "id",
    "normalizer": ["english", "basic"],
    "confusions": True,
    "rule_effects": True,
    "replicates": 200,
}


@pytest.fixture(scope="session")
def spoken():
    """Return a report on transcripts with all that can be asked of them."""
    rows = transcripts(["US", "Irish", "Indian", "Scots"], n=1_200, speakers=61)
    rows["accent"] = [
        "lonely" if who == "person-60" else accent
        for who, accent in zip(rows["who"], rows["accent"], strict=True)
    ]
    asked = {**ASKED, "adjust": ["snr", "length"], "match": ["snr", "length"]}
    return speech.evaluate(rows, by=["accent", "accent,noise"], **asked)


@pytest.fixture(scope="session")
def hostile_speech():
    """Return a report on transcripts whose words, groups, systems and ids were chosen by an attacker."""
    said = [
        *WORDS[:6],
        "<script>alert(1)</script>",
        "\x1b[31mred\x1b[0m",
        "a|b`c`",
        "\u202egnp.exe",
        "@someone",
    ]
    rows = transcripts(HOSTILE[:4], n=400, speakers=24, said=said)
    rows["<b>accent</b>"] = rows.pop("accent")
    rows["id"] = [HOSTILE[k % len(HOSTILE)] + str(k) for k in range(400)]
    asked = {**ASKED, "hypothesis": {HOSTILE[2]: "v1", HOSTILE[6]: "v2"}, "normalizer": "none"}
    by = ["<b>accent</b>", "<b>accent</b>,noise"]
    return speech.evaluate(rows, by=by, adjust=["snr"], match=["snr"], **asked)
