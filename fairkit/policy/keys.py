"""Every key of a policy file, said once: its shape, its meaning in a line, an example and its default.

Reading, the JSON Schema, the template and ``fairkit policy show`` go by this description, so none of them can
say anything else than another. What keys mean together is checked by :mod:`fairkit.policy.check_rules`,
:mod:`fairkit.policy.group_rules` and :mod:`fairkit.policy.waiver_rules`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fairkit.corrections import Correction
from fairkit.policy.model import LONGEST_WAIVER, MIN_N, SCHEMA, Compare, Direction, Effect, Rule, Severity
from fairkit.policy.shapes import Day, Decimal, LevelText, Plain, Text, Whole, Word
from fairkit.policy.tables import Either, Key, Listing, Named, Table

_TEXT = Text()
_NAME = Text(is_name=True)
_EFFECT = Word(tuple(map(str, Effect)), Effect)
_COLUMNS = Either((_TEXT, Named(_TEXT, least=1)), "a column or a table of models and their columns")
_MISSING = Listing(_TEXT, least=0)

CORRECTIONS: Mapping[str, Correction] = MappingProxyType(
    {
        "holm": Correction.HOLM,
        "bh": Correction.BENJAMINI_HOCHBERG,
        "benjamini-hochberg": Correction.BENJAMINI_HOCHBERG,
        "none": Correction.NONE,
    }
)
"""What a policy calls the corrections that a gate can make."""

_NO_MAX_T = (
    "a gate's comparisons come from several metrics and checks, which no joint bootstrap covers; take 'holm'"
)


def _column(text: str, example: str) -> Key:
    return Key(_TEXT, text, f'"{example}"')


DATA = Table(
    "[data]",
    {
        "predictions": Key(
            _TEXT,
            "the rows, relative to this file; or name them: fairkit check DATA",
            '"predictions.parquet"',
        ),
        "label": _column("column of the true class", "repaid"),
        "decision": Key(_COLUMNS, "column of the model's decision", '"approved"'),
        "score": Key(_COLUMNS, "column of the model's score", '"score"'),
        "threshold": Key(Decimal(), "score from which a row counts as selected", "0.5"),
        "positive": Key(
            Either(
                (
                    Plain(),
                    Table(
                        "positive",
                        {
                            "label": Key(Plain(), "positive value of the label", '"yes"'),
                            "decision": Key(Plain(), "positive value of the decision", '"yes"'),
                        },
                    ),
                ),
                "a value or a table with label and decision",
            ),
            "the positive value, where it is not 1 or true",
            '"yes"',
        ),
        "weight": _column("column of sample weights", "weight"),
        "cluster": _column("rows with the same value belong together: a person, a speaker", "customer_id"),
        "id": _column("column that names the rows, to pair them with a baseline's", "row_id"),
        "missing": Key(
            Word(("report",)),
            "rows without a label of a group are a group of their own",
            '"report"',
            '"report"',
        ),
        "missing_values": Key(_MISSING, "texts that mean missing in these data", '["?", "NA"]', "[]"),
        "classes": Key(
            Either((_TEXT, Listing(LevelText(), 2)), 'a list of classes, or "all"'),
            "label and decision name one of several classes: all that occur, or these",
            '"all"',
        ),
        "outputs": Key(
            Named(_TEXT, least=1),
            "label column and decision column of each output",
            '{ fast = "predicted_fast" }',
        ),
        "prediction": _column("regression: column of the predicted number", "predicted"),
        "prediction_low": _column("regression: lower end of a prediction interval", "low"),
        "prediction_high": _column("regression: upper end of a prediction interval", "high"),
        "quantile": Key(Decimal(), "regression: the quantile that is predicted", "0.9"),
        "rank": _column("ranking: place of an item, 1 is the top", "rank"),
        "query": _column("ranking: what the items were ranked for", "query"),
        "relevance": _column("ranking: how relevant an item is, not negative", "relevance"),
        "events": _column("counts of events, such as claims", "claims"),
        "exposure": _column("what events are counted per, such as months", "months"),
    },
)
"""Where predictions are, in the words of :func:`fairkit.evaluate`."""

SPEECH = Table(
    "[speech]",
    {
        "transcripts": Key(
            _TEXT, "the rows, relative to this file; or name them: fairkit check DATA", '"transcripts.csv"'
        ),
        "reference": Key(_TEXT, "column of what was said", '"said"', is_required=True),
        "hypothesis": Key(_TEXT, "column of what was recognised", '"heard"', is_required=True),
        "speaker": _column("column of speakers; without it utterances count as independent", "speaker"),
        "id": _column("column that names the utterances, to pair them with a baseline's", "utterance"),
        "normalizer": Key(_TEXT, "none, basic, english, or a file of rules", '"basic"', '"basic"'),
        "unit": Key(
            Word(("words", "characters")), "what is aligned: words or characters", '"words"', '"words"'
        ),
        "empty_references": Key(
            Word(("keep", "drop")),
            "utterances of whose reference nothing is left: keep or drop",
            '"keep"',
            '"keep"',
        ),
        "missing_values": Key(_MISSING, "texts that mean missing in these data", '["?", "NA"]', "[]"),
    },
)
"""Where transcripts are, in the words of :func:`fairkit.speech.evaluate`."""

GROUP = Table(
    "a group",
    {
        "column": _column("one group for each level of this column", "sex"),
        "columns": Key(Listing(_TEXT), "one group for each crossing of these columns", '["sex", "race"]'),
        "predicate": _column("the one group of rows for which this is true", "age < 25"),
        "reference": Key(
            LevelText(), "what groups are compared with: rest, best, or a level", '"White"', '"rest"'
        ),
        "min_n": Key(
            Whole(1), "rows of a metric's denominator below which a group is undecided", "100", str(MIN_N)
        ),
        "levels": Key(
            Either(
                (Listing(LevelText()), Named(Listing(LevelText()), least=1)), "a list, or a table of lists,"
            ),
            "levels there should be; one without rows is undecided, never absent",
            '["F", "M", "X"]',
        ),
        "note": _column("for readers only", "self-reported"),
    },
    one_of=(("column", "columns", "predicate"),),
)
"""Groups that checks may name."""

EVIDENCE = Table(
    "[evidence]",
    {
        "confidence": Key(Decimal(0.6, 0.999999), "of all gating comparisons together", "0.95", "0.95"),
        "method": Key(
            Word(("auto",)), "how intervals are made: what suits metric and data", '"auto"', '"auto"'
        ),
        "correction": Key(
            Word(tuple(CORRECTIONS), never={"max-t": _NO_MAX_T}),
            "how verdicts allow for the number of comparisons: holm, bh or none",
            '"holm"',
            '"holm"',
        ),
        "replicates": Key(Whole(200, 1_000_000), "of the bootstrap, where there is one", "2000", "2000"),
        "seed": Key(Whole(0, 2**63 - 1), "of the bootstrap, where there is one", "20260101", "0"),
    },
)
"""How sure a verdict must be."""

CHECK = Table(
    "a check",
    {
        "id": Key(_NAME, "its name, in reports and waivers", '"tpr-gap"', is_required=True),
        "metric": Key(
            _TEXT, "what is measured; fairkit metrics lists all", '"true_positive_rate"', is_required=True
        ),
        "groups": Key(Listing(_TEXT), "names of [groups]", '["sex", "race"]', is_required=True),
        "compare": Key(
            Word(tuple(map(str, Compare)), Compare),
            "value, worst (value of all groups), difference, ratio (to the reference), or baseline",
            '"difference"',
            "baseline, where one is named",
        ),
        "min": Key(Decimal(), "least value or ratio", "0.80"),
        "max": Key(Decimal(), "largest value, ratio, or size of a difference", "0.10"),
        "direction": Key(
            Word(tuple(map(str, Direction)), Direction),
            "which differences count: either, worse, above or below",
            '"either"',
            '"either"',
        ),
        "baseline": _column("name of one of [baselines] to compare each group with", "last-release"),
        "max_regression": Key(Decimal(), "how much worse than the baseline", "0.02"),
        "max_change": Key(Decimal(), "how far from the baseline, either way", "0.05"),
        "rule": Key(
            Word(tuple(map(str, Rule)), Rule),
            "prove-harm: fail only on proof; prove-safety: pass only on proof",
            '"prove-harm"',
            '"prove-harm"',
        ),
        "severity": Key(
            Word(tuple(map(str, Severity)), Severity),
            "only an error stops a release: error, warning or info",
            '"error"',
            '"error"',
        ),
        "on_inconclusive": Key(
            _EFFECT,
            "what an undecided group does: fail, warn or pass",
            '"fail"',
            "warn to prove harm, else as above",
        ),
        "description": _column("for readers of reports", "equal chances for those who repay"),
    },
)
"""One limit on one metric."""

BASELINE = Table(
    "a baseline",
    {
        "report": _column("its report, or what fairkit baseline save wrote", "baselines/v41.json"),
        "predictions": _column("its predictions instead, to pair rows by id", "baselines/v41.parquet"),
        "sha256": Key(
            Text(pattern="[0-9a-fA-F]{64}", form="the 64 hexadecimal digits of a SHA-256 (sha256sum FILE)"),
            "of the file's bytes: another file is refused",
            f'"{"0" * 64}"',
            is_required=True,
        ),
    },
    one_of=(("report", "predictions"),),
)
"""A release to compare with."""

WAIVER = Table(
    "a waiver",
    {
        "check": Key(_TEXT, "id of the check", '"tpr-gap"', is_required=True),
        "group": Key(
            _TEXT, "one group as reports name it, no wildcards", '"sex=F & race=Asian"', is_required=True
        ),
        "reason": Key(
            _TEXT, "why the release may leave nevertheless", '"n = 31; more is recorded"', is_required=True
        ),
        "owner": Key(_TEXT, "who answers for it", '"ana@example.org"', is_required=True),
        "approved_by": _column("who agreed", "risk board"),
        "created": Key(Day(), "the day it was given, a date without quotes", "2026-10-01", is_required=True),
        "expires": Key(
            Day(),
            f"its last day, at most {LONGEST_WAIVER} days after created",
            "2026-12-31",
            is_required=True,
        ),
    },
)
"""Somebody answers for one group, until a day."""

POLICY = Table(
    "a policy",
    {
        "schema": Key(Whole(SCHEMA, SCHEMA), "version of this form", str(SCHEMA), is_required=True),
        "name": Key(_NAME, "its name, in reports", '"credit-line"', is_required=True),
        "on_inconclusive": Key(
            _EFFECT, "what an undecided group does where safety must be proven", '"fail"', '"fail"'
        ),
        "data": Key(DATA, "where predictions are, and what their columns mean", ""),
        "speech": Key(SPEECH, "where transcripts are, and what their columns mean", ""),
        "evidence": Key(EVIDENCE, "how sure a verdict must be", ""),
        "groups": Key(
            Named(GROUP, least=1, are_names=True), "groups that checks may name", "", is_required=True
        ),
        "check": Key(Listing(CHECK), "limits that a release is held to", "", is_required=True),
        "baselines": Key(Named(BASELINE, are_names=True), "releases to compare with", ""),
        "waiver": Key(Listing(WAIVER, least=0), "results that somebody answers for, until a day", ""),
    },
)
"""A whole policy."""

TABLES: Mapping[str, Table] = MappingProxyType(
    {
        "data": DATA,
        "speech": SPEECH,
        "evidence": EVIDENCE,
        "groups": GROUP,
        "check": CHECK,
        "baselines": BASELINE,
        "waiver": WAIVER,
    }
)
"""The tables of a policy; those of groups and baselines have names, checks and waivers are listed."""
