"""The EdAcc audit: published error rates of three recognisers, from raw texts."""

import json
import re

import pytest

from fairkit import speech

pytestmark = pytest.mark.realdata

SYSTEMS = ("parakeet-tdt-0.6b-v3", "whisper-large-v3-turbo", "whisper-small")


@pytest.fixture(scope="module")
def audit(real_data):
    """Return the utterances that the audit scores: all three systems by its rule for tags and groups."""
    folder = real_data / "edacc_audit"
    groups = json.loads((folder / "groups.json").read_text(encoding="utf-8"))["groups"]
    rows = {"utt": [], "speaker": [], "accent": [], "ref": [], **{system: [] for system in SYSTEMS}}
    files = {
        system: (folder / f"{system}.jsonl").read_text(encoding="utf-8").splitlines() for system in SYSTEMS
    }
    for lines in zip(*files.values(), strict=True):
        found = [json.loads(line) for line in lines]
        first = found[0]
        assert len({one["utt_id"] for one in found}) == 1
        if first["accent"] not in groups or first["ref_raw"] == "IGNORE_TIME_SEGMENT_IN_SCORING":
            continue
        rows["utt"].append(first["utt_id"])
        rows["speaker"].append(first["speaker"])
        rows["accent"].append(first["accent"])
        rows["ref"].append(re.sub(r"<[A-Z_]+>", " ", first["ref_raw"]))
        for system, one in zip(SYSTEMS, found, strict=True):
            rows[system].append(one["hyp_raw"])
    return folder, rows


@pytest.fixture(scope="module")
def report(audit):
    """Judge the three systems by accent, with the English normaliser."""
    return speech.evaluate(
        audit[1],
        reference="ref",
        hypothesis={system: system for system in SYSTEMS},
        speaker="speaker",
        identifier="utt",
        by="accent",
        normalizer="english",
    )


@pytest.mark.parametrize("system", SYSTEMS)
def test_published_error_rates_come_out(audit, report, system):
    """Micro, macro, worst group, gap and every group's rate, words and speakers, to 1e-5."""
    text = (audit[0] / "expected" / f"{system}.summary.json").read_text(encoding="utf-8")
    published = json.loads(text)["metrics"]
    own = {g.group: g for g in report.speech if g.system == system}
    micro = own.pop("all")
    assert micro.error_rate == pytest.approx(published["micro_wer"], abs=1e-5)
    rates = {name.removeprefix("accent="): g.error_rate for name, g in own.items()}
    assert sum(rates.values()) / len(rates) == pytest.approx(published["macro_wer"], abs=1e-5)
    assert max(rates, key=rates.get) == published["worst_group"]
    gap = next(g for g in report.gap_nulls if g.system == system)
    assert gap.gap == pytest.approx(published["gap_max_minus_min"], abs=1e-5)
    for name, group in published["per_group"].items():
        found = own[f"accent={name}"]
        assert found.error_rate == pytest.approx(group["wer"], abs=1e-5)
        assert (found.said, found.speakers) == (group["ref_words"], group["n_speakers"])


def test_utterances_of_empty_references_are_kept_and_both_rates_are_shown(report):
    """The audit keeps 269 references of which nothing is left; the other policy stands beside."""
    small = next(g for g in report.speech if g.group == "all" and g.system == "whisper-small")
    assert small.empty_references == 269
    assert small.utterances == 5_087
    assert small.without_empty_references < small.with_empty_references == small.error_rate


def test_few_speakers_decide_little(report):
    """With three to nine speakers a group, verdicts name too few speakers instead of a disparity."""
    undecided = [f for f in report.findings if f.verdict == "inconclusive"]
    assert undecided
    assert all(f.reason == "too-few-rows" and f.clusters_needed != 0 for f in undecided)


def test_runaway_output_is_told_apart(audit, report):
    """Two thirds of the errors of whisper-small, empty references apart, are runaway output."""
    totals = {g.system: g for g in report.speech if g.group == "all"}
    small, parakeet = totals["whisper-small"], totals["parakeet-tdt-0.6b-v3"]
    errors = small.substitutions + small.deletions + small.insertions - small.errors_on_empty
    assert small.errors_of_runaways / errors == pytest.approx(0.67, abs=0.02)
    assert (small.errors_on_empty, parakeet.runaways) == (15_088, 0)


def test_rates_without_runaways_are_those_of_the_note(audit):
    """Without runaway output and empty references, whisper-small is far nearer to the other systems."""
    dropped = speech.evaluate(
        audit[1], reference="ref", hypothesis="whisper-small", speaker="speaker", by="accent",
        normalizer="english", empty_references="drop",
    )  # fmt: skip
    everyone = next(g for g in dropped.speech if g.group == "all")
    assert everyone.error_rate == pytest.approx(0.638, abs=0.003)
    assert everyone.without_runaways == pytest.approx(0.210, abs=0.005)


@pytest.mark.parametrize(("name", "gap"), [("basic", 0.204), ("english", 0.179)])
def test_a_normalizer_makes_part_of_the_gap(audit, name, gap):
    """The gap of whisper-turbo between accents depends on how texts are normalised."""
    found = speech.evaluate(
        audit[1], reference="ref", hypothesis="whisper-large-v3-turbo", by="accent", normalizer=name
    )
    assert found.gap_nulls[0].gap == pytest.approx(gap, abs=0.01)
