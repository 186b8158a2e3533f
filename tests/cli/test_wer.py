"""`fairkit wer`: transcripts as a user has them, on the command line."""

from __future__ import annotations

import csv
import inspect
import json

import click
import pytest

from fairkit.cli.wer import command
from fairkit.speech import evaluate

PARAMETERS = dict(list(inspect.signature(evaluate).parameters.items())[1:])
OF_FILES = {"form", "attributes", "attributes_on", "match_ids", "speaker_from"}
OUTPUTS = {"output", "html", "markdown", "as_json", "alignments"}
IN_PYTHON_ONLY = {"progress", "keep"}
WORDS = ("turn", "the", "light", "on", "please", "stop", "it", "now")


@pytest.fixture
def calls(tmp_path):
    """Write calls of eight speakers with two accents, transcribed by two systems."""
    path = tmp_path / "calls.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["utt", "said", "old", "new", "accent", "noise", "age", "caller"])
        for i in range(96):
            said = [WORDS[(i + j) % len(WORDS)] for j in range(3 + i % 5)]
            old = [word if (i * 7 + j) % (3 if i % 8 < 4 else 9) else "uh" for j, word in enumerate(said)]
            new = [word if (i * 5 + j) % 6 else "uh" for j, word in enumerate(said)]
            rows.writerow(
                [f"u{i}", " ".join(said), " ".join(old), " ".join(new), ("A", "B")[i % 8 < 4],
                 ("yes", "no")[i // 8 % 2], 20 + i % 31, f"s{i % 8}"]
            )  # fmt: skip
    return path


ASKED = ("--reference", "said", "--by", "accent", "--speaker", "caller", "--id", "utt")


def test_there_is_an_option_for_every_parameter():
    """A parameter of the library is an option of the command, by the same name, and the reverse."""
    names = {option.name for option in command.params if isinstance(option, click.Option)}
    assert names - OUTPUTS - OF_FILES == set(PARAMETERS) - IN_PYTHON_ONLY


@pytest.mark.parametrize("name", sorted(set(PARAMETERS) - IN_PYTHON_ONLY - {"by"}))
def test_option_and_parameter_have_the_same_default(name):
    """An option that is not given asks what the parameter that is not given asks."""
    context = command.make_context("wer", ["data.csv", "--by", "sex"])
    default = PARAMETERS[name].default
    assert (context.params[name] or default) == default


def test_a_table_of_calls_is_judged(fairkit, calls):
    """The report as JSON has every group with its edits, and the verdicts."""
    ended = fairkit("wer", calls, "--hypothesis", "old", *ASKED, "--json")
    assert (ended.status, ended.err) == (0, "")
    found = json.loads(ended.out)
    rates = {g["group"]: g["error_rate"] for g in found["speech"]}
    assert rates["accent=B"] > rates["accent=A"]
    for group in found["speech"]:
        errors = group["substitutions"] + group["deletions"] + group["insertions"]
        assert group["error_rate"] == pytest.approx(errors / group["said"])
    assert {f["group"] for f in found["findings"]} == {"accent=A", "accent=B"}
    assert found["settings"]["normalizers"][0].startswith("basic ")


def test_systems_normalizers_and_all_that_stands_beside_are_in_one_report(fairkit, calls, tmp_path):
    """Two systems, two normalisers, conditions, adjusting, confusions and effects of rules, in every form."""
    files = {option: tmp_path / f"report{option[2:]}" for option in ("--html", "--md", "--alignments")}
    ended = fairkit(
        *("wer", calls, "--hypothesis", "old=old", "--hypothesis", "new=new", *ASKED),
        *(
            "--by",
            "accent,noise",
            "--normalizer",
            "english",
            "--normalizer",
            "none",
            "--adjust",
            "age,length",
        ),
        *("--confusions", "--rule-effects", "-o", tmp_path / "report.json"),
        *(part for pair in files.items() for part in pair),
    )
    assert ended.status == 0
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    for name in ("models", "gap_changes", "gap_nulls", "interactions", "rate_ratios", "rule_effects"):
        assert report[name], name
    assert {g["normalizer"] for g in report["gap_nulls"]} == {"english", "none"}
    again = fairkit("report", tmp_path / "report.json", "--as", "md")
    assert again.out == files["--md"].read_text(encoding="utf-8")
    page = files["--alignments"].read_text(encoding="utf-8")
    assert "<script" not in page
    assert "u1" in page


def test_files_of_speech_recognition_are_joined(fairkit, tmp_path):
    """References and hypotheses in TRN files and accents in a table make one report; what lacks is told."""
    said = [f"one two three (s{i % 6}-{i})" for i in range(24)]
    heard = [f"one {'too' if i % 6 < 3 else 'two'} three (s{i % 6}-{i})" for i in range(23)]
    (tmp_path / "ref.trn").write_text("\n".join(said) + "\n", encoding="utf-8")
    (tmp_path / "base.trn").write_text("\n".join(heard) + "\n", encoding="utf-8")
    accents = "\n".join(f"s{i},{'A' if i < 3 else 'B'}" for i in range(6))
    (tmp_path / "speakers.csv").write_text(f"speaker,accent\n{accents}\n", encoding="utf-8")
    ended = fairkit(
        *("wer", tmp_path / "ref.trn", "--hypothesis", f"base={tmp_path / 'base.trn'}", "--json"),
        *("--attributes", tmp_path / "speakers.csv", "--by", "accent"),
    )
    assert ended.status == 0, ended.err
    found = json.loads(ended.out)
    rates = {g["group"]: g for g in found["speech"]}
    assert rates["accent=A"]["error_rate"] == pytest.approx(1 / 3)
    assert (rates["accent=B"]["missing_hypotheses"], rates["accent=B"]["deletions"]) == (1, 3)
    assert rates["accent=B"]["speakers"] == 3
    assert any("reference without hypothesis" in note for note in found["notes"])


def test_one_file_of_hypotheses_needs_no_name(fairkit, tmp_path):
    """A system that is not named is called so, and a file that is not there is told."""
    (tmp_path / "ref.trn").write_text("one two (s1-1)\none (s2-1)\n", encoding="utf-8")
    (tmp_path / "base.trn").write_text("one too (s1-1)\none (s2-1)\n", encoding="utf-8")
    (tmp_path / "speakers.csv").write_text("speaker,accent\ns1,A\ns2,B\n", encoding="utf-8")
    asked = ("--attributes", tmp_path / "speakers.csv", "--by", "accent", "--json")
    ended = fairkit("wer", tmp_path / "ref.trn", "--hypothesis", tmp_path / "base.trn", *asked)
    assert ended.status == 0, ended.err
    found = {g["group"]: (g["system"], g["error_rate"]) for g in json.loads(ended.out)["speech"]}
    assert found["accent=A"] == ("hypothesis", 0.5)
    ended = fairkit("wer", tmp_path / "ref.trn", "--hypothesis", "none.trn", *asked)
    assert (ended.status, "there is no file 'none.trn'" in ended.err) == (2, True)


def test_a_field_of_a_manifest_can_name_the_speakers(fairkit, tmp_path):
    """Columns that are named are taken or refused, never passed over."""
    lines = [
        {
            "audio_filepath": f"{i}.wav",
            "text": "go on",
            "pred_text": "go",
            "accent": "AB"[i % 2],
            "spk": i % 6,
        }
        for i in range(12)
    ]
    path = tmp_path / "manifest.json"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    asked = ("wer", path, "--by", "accent", "--json")
    ended = fairkit(*asked, "--reference", "text", "--hypothesis", "pred_text", "--speaker", "spk")
    assert ended.status == 0, ended.err
    assert {g["speakers"] for g in json.loads(ended.out)["speech"]} == {3, 6}
    for option, said in (
        ("--speaker", "'spkr' is not in the data"),
        ("--reference", "leave out --reference"),
    ):
        ended = fairkit(*asked, option, "spkr")
        assert (ended.status, said in ended.err) == (2, True)


def test_a_manifest_without_references_is_refused(fairkit, tmp_path):
    """Predictions alone cannot be scored, and what the manifest has is told."""
    path = tmp_path / "manifest.json"
    path.write_text('{"audio_filepath": "a.wav", "pred_text": "go", "accent": "A"}\n', encoding="utf-8")
    ended = fairkit("wer", path, "--by", "accent")
    assert (ended.status, "manifest.json has no references" in ended.err) == (2, True)


def test_a_manifest_with_predictions_needs_no_other_file(fairkit, tmp_path):
    """A NeMo manifest has both texts in one file."""
    lines = [
        {
            "audio_filepath": f"a/{i}.wav",
            "duration": 1.5,
            "text": "go on",
            "pred_text": "go",
            "accent": "AB"[i % 2],
        }
        for i in range(8)
    ]
    path = tmp_path / "manifest.json"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    ended = fairkit("wer", path, "--by", "accent", "--json")
    assert ended.status == 0, ended.err
    assert {g["error_rate"] for g in json.loads(ended.out)["speech"]} == {0.5}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--hypothesis", "old"), "name the columns of the reference and of the hypothesis"),
        (("--hypothesis", "hurd", "--reference", "said"), "column 'hurd' is not in the data"),
        (("--hypothesis", "a=old", "--hypothesis", "new", "--reference", "said"), "NAME=COLUMN"),
        (("--hypothesis", "said", "--reference", "said"), "the same column"),
        (("--hypothesis", "old", "--reference", "said", "--normalizer", "englsh"), "english"),
        (("--hypothesis", "old", "--reference", "said", "--metric", "wer"), "word_error_rate"),
        (("--hypothesis", "old", "--reference", "said", "--adjust", "acent"), "acent"),
        (("--hypothesis", "old", "--reference", "said", "--speaker", "nobody"), "nobody"),
        (("--hypothesis", "old", "--reference", "said", "--attributes", "x.csv"), "--attributes"),
        (("--hypothesis", "old", "--reference", "said", "--against", "accent=C"), "C"),
    ],
)
def test_a_wrong_question_is_answered_in_words(fairkit, calls, arguments, said):
    """A slip ends with code 2 and a sentence that names it, never with a traceback."""
    ended = fairkit("wer", calls, "--by", "accent", *arguments)
    assert ended.status == 2
    assert said in ended.err
    assert "Traceback" not in ended.err


def test_an_empty_file_is_refused(fairkit, tmp_path):
    """There is nothing to score."""
    path = tmp_path / "none.csv"
    path.write_text("said,heard,accent\n", encoding="utf-8")
    ended = fairkit("wer", path, "--reference", "said", "--hypothesis", "heard", "--by", "accent")
    assert ended.status == 2
    assert "no row has a reference" in ended.err


def test_help_is_quick_to_read(fairkit):
    """The examples stand before the options, and the sections are named."""
    out = fairkit("wer", "--help").out
    assert out.index("Examples:") < out.index("What the columns mean:") < out.index("Output:")
