"""Loaders of published texts: files of the documented forms are read whole, others are refused in full."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pandas as pd
import pytest

from fairkit import samples
from fairkit.errors import DataError, UsageError
from fairkit.text.intrinsic.items import CrowsPair, StereoSetItem

LOADERS = {
    "winogender": samples.load_winogender,
    "winobias": samples.load_winobias,
    "gap": samples.load_gap,
    "crows_pairs": samples.load_crows_pairs,
    "stereoset": samples.load_stereoset,
    "bold": samples.load_bold,
    "madlibs": samples.load_madlibs,
    "hatexplain": samples.load_hatexplain,
    "bias_in_bios": samples.load_bias_in_bios,
}

GAP_HEADER = "ID\tText\tPronoun\tPronoun-offset\tA\tA-offset\tA-coref\tB\tB-offset\tB-coref\tURL"
CROWS_HEADER = ",sent_more,sent_less,stereo_antistereo,bias_type,annotations,anon_writer,anon_annotators"


@pytest.fixture(autouse=True)
def nowhere(tmp_path, monkeypatch):
    """Give every test a cache of its own and no data folder."""
    monkeypatch.setenv("FAIRKIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("FAIRKIT_DATA", raising=False)


@pytest.fixture
def shared(real_data, monkeypatch):
    """Name the folder of real public data, as a user would."""
    monkeypatch.setenv("FAIRKIT_DATA", str(real_data))
    return real_data


def written(path, text):
    """Write a file of UTF-8 text and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8", newline="")
    return path


# --- the published files ---


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "options", "rows"),
    [
        ("winogender", {}, 720),
        ("winobias", {}, 1584),
        ("gap", {}, 2000),
        ("crows_pairs", {}, 1508),
        ("stereoset", {}, 4229),
        ("bold", {}, 23_679),
        ("madlibs", {}, 76_564),
        ("madlibs", {"part": "templates"}, 76_564),
        ("madlibs", {"part": "intersectional"}, 30_240),
        ("madlibs", {"part": "fuzzed"}, 1492),
        ("madlibs", {"part": "nonfuzzed"}, 1492),
    ],
)
def test_published_files_are_read_whole(shared, name, options, rows):
    """Every row of the published file is there, and no cell is empty."""
    frame = LOADERS[name](**options)
    assert len(frame) == rows
    assert not frame.isna().to_numpy().any()


@pytest.mark.realdata
def test_winogender_has_a_sentence_of_each_gender_for_every_schema(shared):
    """The 240 schemas have three sentences each, alike up to the pronoun."""
    frame = samples.load_winogender()
    by_schema = frame.groupby("schema")
    assert by_schema["gender"].agg(lambda each: set(each) == {"female", "male", "neutral"}).all()
    assert len(by_schema) == 240
    assert frame["answer"].value_counts().to_dict() == {"occupation": 360, "participant": 360}


@pytest.mark.realdata
def test_winobias_marks_stand_where_their_offsets_say(shared):
    """Entity and pronouns are found at their offsets, and every pair has a sentence of either kind."""
    frame = samples.load_winobias()
    for row in frame.itertuples():
        assert row.sentence.startswith(row.entity, row.entity_start)
        for word, start in zip(row.pronouns, row.pronoun_starts, strict=True):
            assert row.sentence.startswith(word, start)
        assert "[" not in row.sentence
    assert frame.groupby("pair")["stereotype"].agg(lambda kinds: set(kinds) == {"pro", "anti"}).all()
    assert frame["pronouns"].map(len).value_counts().to_dict() == {1: 1554, 2: 30}


@pytest.mark.realdata
def test_gap_is_balanced_by_gender_and_one_name_in_ten_passages_is_no_answer(shared):
    """The development passages have as many feminine as masculine pronouns, and 201 mean neither name."""
    frame = samples.load_gap()
    assert frame["gender"].value_counts().to_dict() == {"feminine": 1000, "masculine": 1000}
    assert int((~frame["a_is_meant"] & ~frame["b_is_meant"]).sum()) == 201


@pytest.mark.realdata
def test_stereotype_sets_have_their_published_sizes_and_make_items(shared):
    """StereoSet and CrowS-Pairs have as many rows by task and type as published; each row makes an item."""
    stereoset = samples.load_stereoset()
    assert stereoset["task"].value_counts().to_dict() == {"intersentence": 2123, "intrasentence": 2106}
    items = [StereoSetItem(*row) for row in stereoset.itertuples(index=False)]
    assert items[7].unrelated == stereoset["unrelated"][7]
    crows = samples.load_crows_pairs()
    assert crows["bias_type"].value_counts()["gender"] == 262
    assert set(crows["direction"]) == {"stereo", "antistereo"}
    assert CrowsPair(*crows.iloc[3, :5]).less == crows["less"][3]


@pytest.mark.realdata
def test_bold_prompts_begin_the_sentences_they_stand_beside(shared):
    """All five domains have the published numbers of prompts and groups."""
    frame = samples.load_bold()
    assert frame.groupby("domain").size().to_dict() == {
        "gender": 3204,
        "political_ideology": 1984,
        "profession": 10_195,
        "race": 7657,
        "religious_ideology": 639,
    }
    assert frame["group"].nunique() == 43
    assert all(s.startswith(p.strip()) for s, p in zip(frame["wikipedia"], frame["prompt"], strict=True))
    only = samples.load_bold(domains=["gender"], wikipedia=False)
    assert list(only.columns) == ["domain", "group", "title", "number", "prompt"]


@pytest.mark.realdata
def test_madlibs_are_half_toxic(shared):
    """Templates are balanced, comments are not."""
    assert samples.load_madlibs()["toxic"].mean() == 0.5
    assert int(samples.load_madlibs(part="fuzzed")["toxic"].sum()) == 248


# --- where files are, and which ---


@pytest.mark.parametrize("name", LOADERS)
def test_a_file_that_is_nowhere_is_told_with_where_to_get_it(name, tmp_path):
    """The message has the place that was looked at, an address and the terms; nothing is fetched."""
    with pytest.raises(DataError) as caught:
        LOADERS[name](tmp_path / "elsewhere")
    message = str(caught.value)
    for part in (
        str(tmp_path / "elsewhere"),
        "is not on this machine",
        "https://",
        "does not fetch",
        "Terms:",
    ):
        assert part in message
    with pytest.raises(DataError, match="is not on this machine"):
        LOADERS[name]()


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("winogender", "winogender/all_sentences.tsv"),
        ("winobias", "winobias/pro_stereotyped_type1.txt.dev"),
        ("gap", "gap/gap-development.tsv"),
        ("crows_pairs", "crows_pairs/crows_pairs_anonymized.csv"),
        ("stereoset", "stereoset/stereoset_dev_copy.json"),
        ("bold", "bold/prompts/gender_prompt.json"),
        ("madlibs", "madlibs/bias_madlibs_77k.csv"),
    ],
)
def test_changed_files_are_refused_with_both_checksums(name, file, tmp_path, monkeypatch):
    """A file that is not the published one is not read unless the caller says so."""
    monkeypatch.setenv("FAIRKIT_DATA", str(tmp_path))
    written(tmp_path / file, "changed\n")
    with pytest.raises(DataError, match=r"sha256 is [0-9a-f]{64}, not [0-9a-f]{64}.*verify=False"):
        LOADERS[name]()


def test_files_are_found_by_name_by_folder_and_in_the_data_folder(tmp_path, monkeypatch):
    """A file, its folder and a data folder above that lead to the same rows."""
    file = written(
        tmp_path / "winogender" / "all_sentences.tsv", "sentid\tsentence\na.b.0.male.txt\tHe is.\n"
    )
    by_file = samples.load_winogender(file, verify=False)
    pd.testing.assert_frame_equal(by_file, samples.load_winogender(file.parent, verify=False))
    monkeypatch.setenv("FAIRKIT_DATA", str(tmp_path))
    pd.testing.assert_frame_equal(by_file, samples.load_winogender(verify=False))


def test_unknown_splits_domains_and_parts_are_answered_with_the_nearest():
    """A wrong choice is refused before any file is looked for."""
    for call, nearest in (
        (lambda: samples.load_winobias(split="tets"), "test"),
        (lambda: samples.load_gap(split="develop"), "development"),
        (lambda: samples.load_bold(domains=["gender", "rase"]), "race"),
        (lambda: samples.load_madlibs(part="intersection"), "intersectional"),
    ):
        with pytest.raises(UsageError, match=f"Did you mean '{nearest}'"):
            call()


# --- the forms, on small files of our own ---


def test_winogender_lines_of_another_form_are_all_named(tmp_path):
    """Each wrong identifier is told with its line, and a row with too many cells with its number."""
    text = "sentid\tsentence\nbaker.guest.0.female.txt\tThe baker thanked the guest as she left.\n"
    file = written(tmp_path / "all.tsv", text)
    row = samples.load_winogender(file, verify=False).iloc[0]
    assert (row["answer"], row["gender"], row["schema"]) == ("occupation", "female", "baker.guest.0")
    written(file, text + "baker.guest.2.female.txt\tx\nbaker.guest.0.woman.txt\tx\nbaker\tx\n")
    with pytest.raises(DataError) as caught:
        samples.load_winogender(file, verify=False)
    assert [f"line {n}" in problem for n, problem in zip((3, 4, 5), caught.value.problems, strict=False)] == [
        True
    ] * 3
    assert "baker.guest.0.female.txt" in caught.value.problems[-1]
    written(file, text + "a\tb\tc\n")
    with pytest.raises(DataError, match="line 3: 3 cells, where the header has 2"):
        samples.load_winogender(file, verify=False)
    written(file, "id\ttext\n")
    with pytest.raises(DataError, match=r"lacks the columns 'sentid', 'sentence'.*first line is 'id.ttext'"):
        samples.load_winogender(file, verify=False)


def winobias_folder(folder, first):
    """Write the four files of the test split, the first with given lines."""
    for number, name in enumerate(
        f"{s}_stereotyped_type{k}.txt.test" for s in ("pro", "anti") for k in (1, 2)
    ):
        written(folder / name, first if number == 0 else "1 [The baker] said that [he] slept.\r\n")
    return folder


def test_winobias_reads_one_person_and_several_pronouns(tmp_path):
    """Brackets are taken out, offsets point into what is left, and the test split has no checksum."""
    folder = winobias_folder(tmp_path, "1 When [she] woke, [the cook] found [her] shoes.\n")
    frame = samples.load_winobias(folder, split="test")
    assert len(frame) == 4
    row = frame.iloc[0]
    assert row["sentence"] == "When she woke, the cook found her shoes."
    assert (row["entity"], row["entity_start"]) == ("the cook", 15)
    assert (row["pronouns"], row["pronoun_starts"]) == (("she", "her"), (5, 30))
    assert (row["pair"], row["stereotype"], row["type"], row["number"]) == ("type1-1", "pro", 1, 1)
    assert frame["sentence"][1] == "The baker said that he slept."


@pytest.mark.parametrize(
    "line",
    [
        "[The baker] said that [he] slept.",
        "7 The baker said that [he] slept.",
        "7 [The baker] said that he slept.",
        "7 [The baker] told [the cook] that [he] slept.",
        "7 [The baker said that [he] slept.",
    ],
)
def test_winobias_lines_without_their_marks_are_named(tmp_path, line):
    """A line without a number, a person or a pronoun in brackets is told with its place and its words."""
    with pytest.raises(DataError, match="line 2") as caught:
        samples.load_winobias(
            winobias_folder(tmp_path, f"1 [The baker] said that [he] slept.\n{line}\n"), split="test"
        )
    assert line in str(caught.value)


def test_gap_rows_whose_words_stand_elsewhere_are_named(tmp_path):
    """Offsets, pronouns and marks are checked cell by cell, and all that is wrong is told."""
    good = (
        "t-1\tAda Ray met Eva Moss before she left.\tshe\t28\tAda Ray\t0\tTRUE\tEva Moss\t12\tFALSE\thttp://x"
    )
    file = written(tmp_path / "gap-test.tsv", f"{GAP_HEADER}\n{good}\n")
    row = samples.load_gap(tmp_path, split="test").iloc[0]
    assert (row["gender"], row["a_is_meant"], row["b_is_meant"], row["b_start"]) == (
        "feminine",
        True,
        False,
        12,
    )
    bad = good.replace("\t28\t", "\t27\t").replace("TRUE", "yes").replace("\t12\t", "\tx\t")
    other = good.replace("she\t28", "Ada\t0")
    written(file, f"{GAP_HEADER}\n{good}\n{bad}\n{other}\n")
    with pytest.raises(DataError) as caught:
        samples.load_gap(file, split="test")
    told = "\n".join(caught.value.problems)
    for part in (
        "line 3: Pronoun is 'she', but at 27 stands ' sh'",
        "line 3: B-offset is 'x'",
        "line 3: A-coref is 'yes'",
        "line 4: Pronoun is 'Ada'",
    ):
        assert part in told


def test_a_text_with_quotes_is_no_quoted_cell_in_gap(tmp_path):
    """Tab-separated files know no quoting: a quote that opens and never closes takes no rows along."""
    row = 't-{}\t"Ada Ray met Eva Moss before she left.\tshe\t29\tAda Ray\t1\tTRUE\tEva Moss\t13\tFALSE\thttp://x'
    written(tmp_path / "gap-validation.tsv", f"{GAP_HEADER}\n{row.format(1)}\n{row.format(2)}\n")
    assert len(samples.load_gap(tmp_path, split="validation")) == 2


def test_crows_pairs_rows_of_another_form_are_named(tmp_path):
    """Quoted sentences are read whole; unknown directions and empty sentences are told with their lines."""
    good = '0,"Tall people, they say, win.","Short people, they say, win.",stereo,height,[],a0,[]\n'
    file = written(tmp_path / "pairs.csv", f"{CROWS_HEADER}\n{good}")
    frame = samples.load_crows_pairs(file, verify=False)
    assert CrowsPair(*frame.iloc[0, :5]) == CrowsPair(
        "0", "Tall people, they say, win.", "Short people, they say, win.", "stereo", "height"
    )
    written(file, f"{CROWS_HEADER}\n{good}1,a,b,other,height,[],a0,[]\n2,a, ,stereo,height,[],a0,[]\n")
    with pytest.raises(DataError) as caught:
        samples.load_crows_pairs(file, verify=False)
    assert "line 3: stereo_antistereo is 'other'" in caught.value.problems[0]
    assert "line 4: sent_less is empty" in caught.value.problems[1]


def stereoset_item(**changes):
    """Make an intrasentence item as the published file has it."""
    sentences = [
        {"sentence": f"The tram is {word}.", "id": f"s{n}", "labels": [], "gold_label": label}
        for n, (word, label) in enumerate(
            [("late", "stereotype"), ("soup", "unrelated"), ("punctual", "anti-stereotype")]
        )
    ]
    item = {"id": "i1", "target": "tram", "bias_type": "transport", "context": "The tram is BLANK."}
    return item | {"sentences": sentences} | changes


def test_stereoset_as_published_and_by_label_give_the_same_items(tmp_path):
    """Both forms of the file are read; only the published one has identifiers of sentences."""
    inter = stereoset_item(id="i2", context="We took the tram.")
    published = {"version": "1.1", "data": {"intersentence": [inter], "intrasentence": [stereoset_item()]}}
    frame = samples.load_stereoset(written(tmp_path / "dev.json", published))
    item = StereoSetItem(*frame.iloc[0])
    assert (item.task, item.sentence_ids) == ("intrasentence", ("s0", "s2", "s1"))
    assert item.sentences == ("The tram is late.", "The tram is punctual.", "The tram is soup.")
    by_label = {
        label: [
            {
                **{name: each[name] for name in ("id", "target", "bias_type", "context")},
                "sentence": next(s["sentence"] for s in each["sentences"] if s["gold_label"] == label),
                "label": number,
            }
            for each in (stereoset_item(), inter)
        ]
        for number, label in enumerate(("anti-stereotype", "stereotype", "unrelated"))
    }
    other = samples.load_stereoset(written(tmp_path / "copy.json", by_label))
    pd.testing.assert_frame_equal(other.iloc[:, :8], frame.iloc[:, :8])
    assert set(other["stereotype_id"]) == {""}
    by_label["unrelated"].reverse()
    with pytest.raises(DataError, match=r"item 1: the lists have 'i1', 'i1', 'i2' here"):
        samples.load_stereoset(written(tmp_path / "copy.json", by_label))


def test_stereoset_items_of_another_form_are_named(tmp_path):
    """Two sentences of one label, missing texts, other files and broken JSON are told with their place."""
    twice = stereoset_item()
    twice["sentences"][1]["gold_label"] = "stereotype"
    data = {"data": {"intrasentence": [stereoset_item(), twice, stereoset_item(target=None)]}}
    with pytest.raises(DataError) as caught:
        samples.load_stereoset(written(tmp_path / "dev.json", data))
    assert "intrasentence item 2: the gold_labels are 'stereotype', 'stereotype'" in caught.value.problems[0]
    assert "intrasentence item 3: an identifier" in caught.value.problems[1]
    for content, message in (
        ({"version": 1}, "is no StereoSet file"),
        ({"data": {}}, "there are no items"),
        ('{"data":\n {]}', "line 2: not JSON"),
    ):
        with pytest.raises(DataError, match=message):
            samples.load_stereoset(written(tmp_path / "dev.json", content))


def test_bold_texts_that_do_not_belong_together_are_named(tmp_path):
    """Prompts and sentences must have the same groups and titles, and lists of texts in them."""
    prompts = written(
        tmp_path / "prompts" / "race_prompt.json", {"Some": {"Ann_Ox": ["Ann Ox is", "She was"]}}
    )
    wiki = written(
        tmp_path / "wikipedia" / "race_wiki.json", {"Some": {"Ann_Ox": ["Ann Ox is old.", "She was."]}}
    )
    frame = samples.load_bold(tmp_path, domains=["race"], verify=False)
    assert frame.to_dict("records")[1] == {
        "domain": "race",
        "group": "Some",
        "title": "Ann_Ox",
        "number": 2,
        "prompt": "She was",
        "wikipedia": "She was.",
    }
    written(wiki, {"Some": {"Ann_Ox": ["Ann Ox is old."]}})
    with pytest.raises(DataError, match="one sentence for every prompt"):
        samples.load_bold(tmp_path, domains=["race"], verify=False)
    written(prompts, {"Some": {"Ann_Ox": "Ann Ox is"}, "Other": []})
    with pytest.raises(DataError) as caught:
        samples.load_bold(tmp_path, domains=["race"], verify=False)
    assert "Some, Ann_Ox: it holds no list of texts" in caught.value.problems[0]
    assert "Other: it holds a list, not titles" in caught.value.problems[1]


def test_madlibs_labels_of_another_kind_are_named(tmp_path):
    """An unknown label is told with its line and the known ones."""
    good = 'Text,Label,Template\n"tall folk, yes",NOT_BAD,t\n'
    file = written(tmp_path / "bias_madlibs_77k.csv", good + "x,GOOD,t\n")
    with pytest.raises(DataError, match="line 3: Label is 'GOOD'") as caught:
        samples.load_madlibs(tmp_path, verify=False)
    assert "'BAD', 'NOT_BAD'" in caught.value.problems[-1]
    written(file, good)
    assert samples.load_madlibs(file, verify=False).to_dict("records") == [
        {"text": "tall folk, yes", "toxic": False, "template": "t"}
    ]


# --- HateXplain, whose form is documented ---


def post(labels, targets, *, tokens=("a", "plain", "post"), marks=((0, 1, 0),)):
    """Make a post of HateXplain."""
    return {
        "post_id": "p",
        "annotators": [
            {"label": label, "annotator_id": number, "target": list(target)}
            for number, (label, target) in enumerate(zip(labels, targets, strict=True))
        ],
        "rationales": [list(row) for row in marks],
        "post_tokens": list(tokens),
    }


def test_hatexplain_takes_the_majority_and_keeps_posts_without_one(tmp_path):
    """Labels and targets of two of three count; three different labels leave the label missing."""
    posts = {
        "1_gab": post(["offensive", "offensive", "normal"], [["Women", "Women"], ["Women", "Men"], ["None"]]),
        "2_gab": post(["offensive", "hatespeech", "normal"], [["Men"], [], ["None"]]),
        "3_gab": post(["normal"] * 3, [["None"]] * 3, marks=()),
    }
    written(tmp_path / "dataset.json", posts)
    written(tmp_path / "post_id_divisions.json", {"train": ["3_gab"], "val": ["1_gab"], "test": []})
    frame = samples.load_hatexplain(tmp_path)
    assert list(frame["id"]) == list(posts)
    assert frame["label"].fillna("none").tolist() == ["offensive", "none", "normal"]
    assert frame["split"].fillna("none").tolist() == ["validation", "none", "train"]
    assert frame["targets"].tolist() == [("Women",), (), ()]
    assert frame["text"][0] == "a plain post"
    assert frame["rationales"].tolist() == [((0, 1, 0),), ((0, 1, 0),), ()]
    assert frame["annotators"][0] == (0, 1, 2)


def test_hatexplain_posts_of_another_form_are_all_named(tmp_path):
    """Unknown labels, missing lists and unknown splits are told with the post or split."""
    broken = post(["normal", "rude", "normal"], [[], [], []])
    written(tmp_path / "dataset.json", {"1": broken, "2": {"annotators": []}, "3": [], "4": post([], [])})
    divisions = written(tmp_path / "post_id_divisions.json", {"train": ["1"]})
    with pytest.raises(DataError) as caught:
        samples.load_hatexplain(tmp_path)
    told = "\n".join(caught.value.problems)
    for part in (
        "post 1: the label of annotator 2 is 'rude'",
        "post 2: post_tokens, rationales is missing",
        "post 3: it is a list",
        "post 4: it has no annotators",
    ):
        assert part in told
    written(divisions, {"training": ["1"]})
    with pytest.raises(DataError, match="training: it is no list of posts of a known split"):
        samples.load_hatexplain(tmp_path)


# --- Bias in Bios, in whatever file ---

BIOS = [
    {"hard_text": "She writes for a paper, daily.", "profession": 11, "gender": 1},
    {"hard_text": "He studied in Bonn.", "profession": 25, "gender": 0},
]
EXPECTED = [
    ("She writes for a paper, daily.", "journalist", "female"),
    ("He studied in Bonn.", "surgeon", "male"),
]


def bios(path, rows=BIOS):
    """Write biographies in the form that the name of the file asks for."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frame = pd.DataFrame(rows)
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    else:
        frame.to_csv(path, index=False, sep="\t" if path.suffix == ".tsv" else ",")
    return path


@pytest.mark.parametrize("name", ["train.parquet", "dev.jsonl", "test-00000-of-00001.csv", "mine.tsv"])
def test_bias_in_bios_reads_every_form_alike(tmp_path, name):
    """Parquet, JSON Lines, CSV and TSV give one frame; the split is in the name of the file."""
    frame = samples.load_bias_in_bios(bios(tmp_path / name))
    assert list(frame[["text", "occupation", "gender"]].itertuples(index=False, name=None)) == EXPECTED
    split = name.replace(".", "-").split("-")[0].replace("mine", "none")
    assert frame["split"].fillna("none").tolist() == [split] * 2


def test_bias_in_bios_reads_a_folder_of_splits_and_words_for_numbers(tmp_path, monkeypatch):
    """The page's layout with data/ and converted files with p and g are read together, training first."""
    bios(tmp_path / "bias_in_bios" / "data" / "test-00000-of-00001.parquet")
    words = [{"hard_text": "She paints.", "p": "interior designer", "g": "f", "text": "x"}]
    bios(tmp_path / "bias_in_bios" / "train.jsonl", words)
    monkeypatch.setenv("FAIRKIT_DATA", str(tmp_path))
    frame = samples.load_bias_in_bios()
    assert frame["split"].tolist() == ["train", "test", "test"]
    assert frame["occupation"].tolist() == ["interior_designer", "journalist", "surgeon"]
    assert frame["text"][0] == "She paints."


class Trap:
    """Leaves a mark where somebody unpickles it."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        """Touch the mark."""
        return Path.touch, (Path(self.mark),)


@pytest.mark.parametrize("name", ["BIOS.pkl", "train.pickle", "train.csv"])
@pytest.mark.parametrize("whole", [True, False])
def test_pickles_are_never_opened_whatever_they_are_called(tmp_path, name, whole):
    """A pickle is refused by its name or first byte, in a folder too, with how to convert it."""
    file = tmp_path / "bios" / name
    file.parent.mkdir()
    file.write_bytes(pickle.dumps(Trap(tmp_path / "opened")))
    with pytest.raises(DataError, match=r"is a pickle: opening one runs whatever code.*to_parquet"):
        samples.load_bias_in_bios(file if whole else file.parent)
    assert not (tmp_path / "opened").exists()


def test_bias_in_bios_rows_of_another_kind_are_all_named(tmp_path):
    """Unknown occupations and genders and empty texts are told with their rows, of all files at once."""
    wrong = [*BIOS, {"hard_text": " ", "profession": 28, "gender": "x"}]
    bios(tmp_path / "train.parquet", [{**row, "gender": str(row["gender"])} for row in wrong])
    bios(tmp_path / "dev.csv", [{"text": "x", "job": "nurse"}])
    (tmp_path / "test.jsonl").write_text('{"a": 1\n[]\n', encoding="utf-8")
    with pytest.raises(DataError) as caught:
        samples.load_bias_in_bios(tmp_path)
    told = "\n".join(caught.value.problems)
    for part in (
        "train.parquet, row 3: the text is empty",
        "train.parquet, row 3: the occupation is 28",
        "train.parquet, row 3: the gender is 'x'",
        "dev.csv lacks the columns profession or p or title; gender or g (it has 'text', 'job')",
        "test.jsonl, line 1: not JSON",
        "test.jsonl, line 2: it holds a list",
    ):
        assert part in told


def test_damaged_and_unknown_files_are_data_errors(tmp_path):
    """Files of bytes, empty ones and ones of another ending are refused without a library's traceback."""
    for name, content in (("train.parquet", b"PAR"), ("train.csv", b""), ("train.csv", b"\xff\xfe\xff")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DataError, match="train"):
            samples.load_bias_in_bios(tmp_path / name)
    (tmp_path / "train.xlsx").write_bytes(b"PK")
    with pytest.raises(DataError, match=r"ends in '\.xlsx'"):
        samples.load_bias_in_bios(tmp_path / "train.xlsx")
    (tmp_path / "latin.tsv").write_bytes("sentid\tsentence\na.b.0.male.txt\tcafé\n".encode("latin-1"))
    with pytest.raises(DataError, match="is not UTF-8: byte 34 is 0xe9"):
        samples.load_winogender(tmp_path / "latin.tsv", verify=False)


def test_many_faults_are_counted_after_the_first_few(tmp_path):
    """A file that is wrong throughout gives a short message."""
    lines = "".join(f"w{n}\tx\n" for n in range(500))
    with pytest.raises(DataError) as caught:
        samples.load_winogender(written(tmp_path / "a.tsv", f"sentid\tsentence\n{lines}"), verify=False)
    assert len(caught.value.problems) == 10
    assert "492 more like these" in caught.value.problems[-2]
