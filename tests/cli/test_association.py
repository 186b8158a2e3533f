"""`fairkit association`: every verb on files, data on standard output, exit codes, bad input in sentences."""

from __future__ import annotations

import csv
import json
import subprocess
import sys

import numpy as np
import pytest
from tiny_language_models import tiny_folders

import fairkit as library
from fairkit.cli.association.options import named
from fairkit.text.intrinsic import load_associations, shipped_sets
from fairkit.text.intrinsic.example_texts import tiny_items

__all__ = ["tiny_folders"]


@pytest.fixture(scope="module")
def vectors(tmp_path_factory):
    """Vectors of the shipped words, men near work and women near home; one word is not there."""
    rng = np.random.default_rng(0)
    rows, sets = {}, shipped_sets()["gender-career"]
    for k, one in enumerate(sets.sets):
        for word in one.words:
            rows[word] = rng.normal(size=12) + 2.0 * np.eye(12)[k % 2]
    del rows["cradle"]
    file = tmp_path_factory.mktemp("vectors") / "small.vec"
    lines = [f"{word} {' '.join(map(str, row))}" for word, row in rows.items()]
    file.write_text(f"{len(rows)} 12\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_weat_writes_a_table_a_document_and_a_page(fairkit, vectors, tmp_path):
    """Text on standard output; JSON and page in files; what was lost is named in all of them."""
    kept, page = tmp_path / "weat.json", tmp_path / "weat.html"
    ended = fairkit(
        "association", "weat", "--vectors", vectors, "--sets", "gender-career", "-o", kept, "--html", page
    )
    assert ended.status == 0
    text = " ".join(ended.out.split())
    assert "0 is neutral" in text
    assert "lost of 'home': cradle (not in the vocabulary)" in text
    assert "one-sided, exact, all 12,870 partitions" in text
    found = load_associations(kept).associations[0]
    assert (found.model, found.test, found.n) == ("small.vec", "gender-career", 16)
    assert found.low > 0
    assert "0 is neutral" in page.read_text(encoding="utf-8")


def test_json_prints_the_document_that_o_writes(fairkit, vectors, tmp_path):
    """With --json standard output is the document, and nothing else."""
    ended = fairkit(
        "association",
        "weat",
        "--vectors",
        f"mine={vectors}",
        "--sets",
        "gender-career",
        "--json",
        "--seed",
        3,
    )
    printed = json.loads(ended.out)
    assert printed["schema"] == "fairkit.association/1"
    assert printed["seed"] == 3
    assert printed["associations"][0]["model"] == "mine"
    again = fairkit(
        "association",
        "weat",
        "--vectors",
        f"mine={vectors}",
        "--sets",
        "gender-career",
        "--json",
        "--seed",
        3,
    )
    assert json.loads(again.out)["associations"] == printed["associations"]


BLOCKED = """
import sys
sys.modules["torch"] = sys.modules["transformers"] = None
from fairkit.cli import main
main()
"""


def without_torch(*arguments):
    """Run the program in a process in which torch and transformers cannot be imported."""
    return subprocess.run(
        [sys.executable, "-c", BLOCKED, "association", *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )


def test_word_vectors_need_no_torch(vectors, tiny_folders):
    """WEAT runs where torch and transformers cannot be imported; SEAT says what to install."""
    done = without_torch("weat", "--vectors", vectors, "--sets", "gender-career")
    assert (done.returncode, "gender-career" in done.stdout) == (0, True)
    done = without_torch("seat", "--model", tiny_folders / "masked", "--sets", "gender-career")
    assert (done.returncode, "pip install 'fairkit[text]'" in done.stderr) == (2, True)


def test_a_sentence_encoder(fairkit, tiny_folders):
    """SEAT on a folder: layer and pooling are recorded."""
    ended = fairkit(
        "association", "seat", "--model", f"tiny={tiny_folders / 'masked'}", "--sets", "gender-career",
        "--json", "--pooling", "pieces", "--layer", 1,
    )  # fmt: skip
    found = json.loads(ended.out)["associations"][0]
    assert (found["metric"], found["model"]) == ("seat_effect_size", "tiny")
    assert found["settings"]["layer"] == "1 of 2"
    assert found["settings"]["pooling"] == "pieces"


def test_contexts_of_a_corpus(fairkit, tiny_folders):
    """CEAT on a corpus: the sentence on p stands in the text."""
    ended = fairkit(
        "association", "ceat", "--model", tiny_folders / "masked", "--sets", "gender-career", "--corpus",
        tiny_folders / "corpus.txt", "--contexts", 20, "--draws", 100, "--replicates", 100,
    )  # fmt: skip
    assert ended.status == 0
    text = " ".join(ended.out.split())
    assert "artefact of the number of draws" in text
    assert "with the opposite sign" in text
    assert "lost of 'men': him (in 0 contexts of the texts, and 5 are needed)" in text


def test_log_probabilities_and_templates_of_the_user(fairkit, tiny_folders, tmp_path):
    """A file of templates replaces fairkit's own."""
    templates = tmp_path / "templates.txt"
    templates.write_text("{target} likes the {attribute} very much\n{target} talked about the {attribute}\n")
    ended = fairkit(
        "association", "log-probability", "--model", tiny_folders / "masked", "--sets", "pronouns-career",
        "--json", "--templates", templates,
    )  # fmt: skip
    found = json.loads(ended.out)["associations"]
    assert [one["part"] for one in found] == ["career", "home", "career - home"]
    assert found[0]["details"]["templates"] == 2.0


def test_pairs_of_masked_and_causal_models_stand_in_tables_of_their_own(fairkit, tiny_folders):
    """Both kinds in one call: two metrics, two headings, 50 % neutral in both."""
    ended = fairkit(
        "association", "crows-pairs", "--model", tiny_folders / "masked", "--model", tiny_folders / "causal",
        "--items", tiny_folders / "pairs.csv",
    )  # fmt: skip
    assert ended.status == 0
    assert ended.out.count("50 % is neutral") == 2
    assert "CrowS-Pairs, masked models" in ended.out
    assert "CrowS-Pairs, causal models" in ended.out


def test_one_bias_type_and_perplexity(fairkit, tiny_folders):
    """Pairs of one type; causal models by perplexity, under that name."""
    ended = fairkit(
        "association", "crows-pairs", "--model", tiny_folders / "causal", "--items",
        tiny_folders / "pairs.csv", "--bias-type", "gender", "--likelihood", "perplexity", "--json",
    )  # fmt: skip
    found = json.loads(ended.out)["associations"]
    assert {one["metric"] for one in found} == {"crows_pairs_perplexity"}
    assert [one["part"] for one in found] == ["all", "stereo", "antistereo", "gender"]


def test_stereoset_of_a_model_and_of_a_prediction_file(fairkit, tiny_folders, tmp_path):
    """A model with a next-sentence head scores both tasks; a prediction file needs no model."""
    predictions = tmp_path / "said.json"
    listed = {"intrasentence": [], "intersentence": []}
    for item in tiny_items():
        listed[item.task] += [
            {"id": name, "score": score}
            for name, score in zip(item.sentence_ids, (0.5, 0.3, 0.1), strict=True)
        ]
    predictions.write_text(json.dumps(listed))
    ended = fairkit(
        "association", "stereoset", "--items", tiny_folders / "stereoset.json", "--model",
        tiny_folders / "masked", "--predictions", f"said={predictions}", "--json",
    )  # fmt: skip
    assert ended.status == 0
    found = {(one["model"], one["part"], one["metric"]): one for one in json.loads(ended.out)["associations"]}
    assert found["said", "all", "stereoset_stereotype_score"]["value"] == 100.0
    assert found["said", "all", "stereoset_idealized_score"]["value"] == 0.0
    assert found["masked", "intersentence", "stereoset_language_model_score"]["value"] == 100.0
    assert found["masked", "all", "stereoset_language_model_score"]["lost"] == []


def test_models_are_compared_with_what_they_do(fairkit, vectors, tmp_path):
    """Five models, their gaps in a table and in a report: correlations, or the reason why not."""
    rng = np.random.default_rng(1)
    lines = vectors.read_text(encoding="utf-8").splitlines()
    arguments = []
    for k in range(5):
        file = tmp_path / f"v{k}.vec"
        rows = [line.split(" ", 1) for line in lines[1:]]
        noisy = [f"{w} " + " ".join(str(float(x) + rng.normal() * k) for x in r.split()) for w, r in rows]
        file.write_text("\n".join([lines[0], *noisy]) + "\n", encoding="utf-8")
        arguments += ["--vectors", f"v{k}={file}"]
    kept = tmp_path / "all.json"
    assert fairkit("association", "weat", *arguments, "--sets", "gender-career", "-o", kept).status == 0
    table = tmp_path / "gaps.csv"
    with table.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(
            [("model", "metric", "value"), *((f"v{k}", "gap", k / 50) for k in range(5))]
        )
    page = tmp_path / "compared.html"
    ended = fairkit("association", "compare", kept, "--extrinsic", table, "--html", page)
    assert ended.status == 0
    assert "p: two-sided, exact, all 120 orders" in " ".join(ended.out.split())
    assert "Do they rank models alike?" in page.read_text(encoding="utf-8")
    report = tmp_path / "report.json"
    data = {"sex": ["F", "M"] * 60, "d": [1, 1, 0, 1, 0, 0] * 20}
    report.write_text(library.evaluate(data, decision="d", by="sex").to_json(), encoding="utf-8")
    ended = fairkit("association", "compare", kept, "--extrinsic", f"v0={report}")
    assert "too few models (n=1)" in " ".join(ended.out.split())
    assert fairkit("association", "compare", kept, "--extrinsic", report).status == 2


def test_sets_are_listed_and_files_checked(fairkit, tmp_path):
    """The shipped sets by name; a file that is wrong ends with 2 and says why."""
    assert "gender-career" in fairkit("association", "sets").out
    listed = json.loads(fairkit("association", "sets", "fruit-pest", "--json").out)["sets"]
    assert [one["name"] for one in listed] == ["fruit-pest"]
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("[t]\n")
    ended = fairkit("association", "sets", wrong)
    assert ended.status == 2
    assert "'t' is no test" in ended.err


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("weat --vectors none.vec --sets gender-career", "there is no file of word vectors"),
        ("weat --vectors {vectors} --sets gender", "there are no word sets 'gender'"),
        ("weat --vectors {vectors} --sets pronouns-career", "fewer than 2 words"),
        ("weat --vectors {vectors} --sets fruit-pest", "none of the words asked for"),
        ("weat --vectors {vectors} --vectors {vectors} --sets gender-career", "both have the name"),
        ("weat --vectors {vectors} --sets gender-career --most-lost 2", "no share"),
        ("seat --model modles/bert --sets gender-career", "there is no model folder"),
        ("seat --model {tiny}/masked --sets gender-career --layer 9", "layer 9 is not there"),
        ("ceat --model {tiny}/masked --sets gender-career --corpus none.txt", "there is no corpus"),
        ("log-probability --model {tiny}/causal --sets pronouns-career", "masked words"),
        ("log-probability --model {tiny}/masked --sets pronouns-career --templates {vectors}", "0 times"),
        ("stereoset --items {tiny}/stereoset.json", "name at least one --model"),
        ("stereoset --items {vectors} --model {tiny}/masked", "JSON"),
        (
            "crows-pairs --items {tiny}/pairs.csv --model {tiny}/masked --bias-type gendr",
            "Did you mean 'gender'",
        ),
        ("crows-pairs --items {tiny}/corpus.txt --model {tiny}/masked", "corpus.txt"),
        ("compare none.json", "there is no table of associations"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(fairkit, tiny_folders, vectors, line, said):
    """Exit code 2, the reason on standard error, nothing on standard output, and no traceback."""
    given = line.format(vectors=vectors, tiny=tiny_folders).split()
    ended = fairkit("association", *given)
    assert ended.status == 2
    assert said in ended.err
    assert ended.out == ""
    assert "Traceback" not in ended.err


def test_the_folder_one_stands_in_has_its_name(tmp_path, monkeypatch):
    """A dot is no name for a model."""
    monkeypatch.chdir(tmp_path)
    assert named([".", "other=."], "--model") == {tmp_path.name: ".", "other": "."}


def test_files_that_are_read_are_not_overwritten(fairkit, vectors):
    """An output that is an input is refused before anything is done."""
    ended = fairkit("association", "weat", "--vectors", vectors, "--sets", "gender-career", "-o", vectors)
    assert ended.status == 2
    assert "is read by this command" in ended.err
