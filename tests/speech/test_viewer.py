"""Alignments to look at: what is chosen, what page and terminal show, and that no text gets out of hand."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import unicodedata
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from transcripts import AS_GIVEN, utterances_of

from fairkit.errors import UsageError
from fairkit.speech.align import alignment, word_pairs
from fairkit.speech.alignment_text import alignment_text, folded
from fairkit.speech.chosen import aligned, choose, columns_of
from fairkit.speech.shown import right_to_left, shown, shown_apart
from fairkit.speech.viewer import alignment_page

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style></svg><script>alert(2)</script>",
    "<!-- --> ]]> &amp; &lt;",
    "{{ 7 * 7 }}{% raw %}",
    "\x1b[31mred\x1b[0m \x07 \x00",
    "\u202egnp.exe \u2066 \u2069 \u200f",
    "co\u00adop \u2063 \U000e0041 \u3164",
    "\ud800 lone",
    "\u0301 \u0e31",
    "zalgo" + "\u0336\u0489" * 40,
    "x" * 5_000,
)
WORDS = st.text("ab שלום中é\u0301<&\"'\u202e\x00\u200c .", max_size=25)


class Page(HTMLParser):
    """Read a page: words and labels of every alignment, and the tags that were met."""

    def __init__(self, page):
        super().__init__()
        self.alignments, self.tags, self.labels, self.text = [], set(), [], []
        self._open = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        """Note what opens."""
        values = dict(attributes)
        self.tags.add(tag)
        if tag == "ol":
            self.alignments.append({"dir": values["dir"], "items": []})
        if tag == "li" and self.alignments and "ol" in self._open:
            self.alignments[-1]["items"].append([values.get("class", ""), "", []])
        if "aria-label" in values and "ol" in self._open:
            self.alignments[-1]["items"][-1][1] = values["aria-label"]
            self.labels.append(values["aria-label"])
        if tag not in {"meta", "link"}:
            self._open.append(tag)

    def handle_endtag(self, tag):
        """Note what closes, which must be what opened last."""
        assert self._open.pop() == tag

    def handle_data(self, data):
        """Note text."""
        if "style" not in self._open:
            self.text.append(data)
        if self._open and self._open[-1] == "bdi" and "ol" in self._open:
            self.alignments[-1]["items"][-1][2].append(data)


def page_of(references, hypotheses, *, unit="words", chosen=None, **options):
    """Make a page of all utterances."""
    utterances = utterances_of(references, hypotheses, by={"accent": ["A"] * len(references)}, unit=unit)
    chosen = range(len(references)) if chosen is None else chosen
    return alignment_page(utterances, chosen, normalizer=AS_GIVEN, **options)


@pytest.fixture(scope="module")
def corpus():
    """Return utterances of every kind that one may choose, in two groups and two conditions."""
    references = ["a b c d", "a b", "a b c d e", "one", "a b c", "x y", None, "", "p q r s t u"]
    heard = ["a x y z", "a b", None, "one " * 12, "", "x z", "lost", "ghost", None]
    return utterances_of(
        references,
        {"old": heard, "new": ["a b c d"] * 9},
        by={"accent": list("AABBAABBA"), "noise": ["no", "no", "no", "yes", "yes", "yes", "no", None, "no"]},
        ids=[f"u{k}" for k in range(9)],
    )


# --- choosing ---


@pytest.mark.parametrize(
    ("what", "chosen"),
    [
        # An utterance of which nothing was heard has a list of its own, and is among the worst as well.
        ("worst", [4, 0, 5]),
        ("runaway", [3]),
        ("missing-hypothesis", [8, 2]),
        ("empty", [4]),
        ("empty-reference", [7]),
        ("sample", [0, 1, 2, 3, 4, 5, 7, 8]),
    ],
)
def test_utterances_are_chosen_by_what_happened(corpus, what, chosen):
    """Each list holds its own, most errors first, and nothing that has no reference."""
    assert choose(corpus, what=what).tolist() == chosen


def test_chosen_utterances_may_be_of_one_group(corpus):
    """A group is named as in reports, crossed ones and missing labels included."""
    assert choose(corpus, group="accent=A").tolist() == [4, 0, 5]
    assert choose(corpus, what="runaway", group="accent=B & noise=yes").tolist() == [3]
    assert choose(corpus, what="sample", group="noise=yes & accent=A").tolist() == [4, 5]
    assert choose(corpus, what="sample", group="noise=(missing)").tolist() == [7]
    assert choose(corpus, what="worst", limit=1).tolist() == [4]


def test_a_sample_is_drawn_with_its_seed(corpus):
    """The same seed gives the same sample, without repetition."""
    samples = [choose(corpus, what="sample", limit=4, seed=seed).tolist() for seed in range(20)]
    assert samples[3] == choose(corpus, what="sample", limit=4, seed=3).tolist()
    assert all(len(set(sample)) == 4 for sample in samples)
    assert len({tuple(sample) for sample in samples}) > 5


def test_a_wrong_choice_is_told(corpus):
    """All that is wrong with a choice is said at once, with what there is."""
    with pytest.raises(UsageError) as told:
        choose(corpus, what="wurst", group="accent=C", limit=0, system=2)
    for part in ("Did you mean 'worst'", "'accent=C'", "accent=A", "limit", "system 2"):
        assert part in str(told.value)
    with pytest.raises(UsageError) as told:
        aligned(replace(corpus, hypotheses=None), ["u1", "u99", 9], normalizer=AS_GIVEN, systems=["now"])
    for part in ("'u99'", "position 9", "Did you mean 'new'", "keep_texts"):
        assert part in str(told.value)
    with pytest.raises(UsageError, match="not the text 'u1'"):
        alignment_page(corpus, "u1", normalizer=AS_GIVEN)
    with pytest.raises(UsageError, match=r"most_columns(.|\n)*u99"):
        alignment_page(corpus, ["u99"], normalizer=AS_GIVEN, most_columns=0)


def test_an_id_stands_for_every_utterance_that_has_it(corpus):
    """Ids that occur twice give both utterances, once each, under the systems that were asked for."""
    twice = replace(corpus, ids=np.array(["u0", "u0", *corpus.ids[2:]], object))
    found = aligned(twice, ["u0", "u0"], normalizer=AS_GIVEN, systems=["new"])
    assert [(a.position, a.system, a.groups) for a in found] == [
        (0, "new", ("accent=A", "noise=no")),
        (1, "new", ("accent=A", "noise=no")),
    ]


def test_counts_of_an_alignment_are_those_of_the_score(corpus):
    """What is shown adds up to what was scored."""
    for a in aligned(corpus, range(9), normalizer=AS_GIVEN):
        edits = [a.count(edit) for edit in ("hit", "substitution", "deletion", "insertion")]
        s = corpus.systems.index(a.system)
        if corpus.scored[a.position]:
            assert edits == corpus.edits[a.position, s, 0].tolist()
            assert (a.errors, a.said) == (
                corpus.errors()[a.position, s, 0],
                corpus.said()[a.position, s, 0],
            )
        else:
            assert (a.columns, a.error_rate) == ((), None)


@given(WORDS, WORDS)
def test_columns_are_the_pairs_of_the_alignment(said, heard):
    """Place by place, columns hold what the alignment pairs, in the order of both texts."""
    columns = columns_of(said, heard)
    assert [(c.said, c.heard) for c in columns] == word_pairs(said, heard)
    assert [c.said for c in columns if c.said is not None] == said.split()
    found = alignment(said, heard)
    assert sum(c.edit == "hit" for c in columns) == found.hits


# --- how text is shown ---


def test_nothing_invisible_stays_so():
    """Control, bidirectional and invisible characters are written as escapes; letters and joiners are not."""
    assert shown("\x00\n\u202e\u00ad\u00a0\u3164\U000e0041") == r"\x00\n\u202e\u00ad\u00a0\u3164\U000e0041"
    for text in ("naïve", "שלום", "نمی\u200cشود", "हिन्दी", "中文", "👩\u200d🚀", "a b", "\ufffd"):
        assert shown(text) == text
    assert (shown("\u0301"), shown(" "), shown("")) == ("\u25cc\u0301", "\u2423", "")


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("caf\u00e9", "cafe\u0301"),
        ("نمی\u200cشود", "نمیشود"),
        ("coop", "co\u00adop"),
        ("\u1e69", "s\u0307\u0323"),
        ("s\u0323\u0307", "s\u0307\u0323"),
        ("\u212b", "\u00c5"),
        ("❤", "❤\ufe0f"),
        ("a\u200d\u200cb", "a\u200c\u200db"),
    ],
)
def test_words_that_look_alike_are_told_apart(said, heard):
    """A substitution that the eye cannot see is written with escapes, and escapes differ."""
    one, two = shown_apart(said, heard)
    assert one != two
    assert "\\u" in one + two
    assert unicodedata.normalize("NFC", one) != unicodedata.normalize("NFC", two)


@given(st.text(max_size=6), st.text(max_size=6))
def test_different_words_are_never_shown_the_same(said, heard):
    """Whatever two words are, their pictures are equal only if they are, escapes in the data apart."""
    one, two = shown_apart(said, heard)
    if "\\" not in said + heard and " " not in {said, heard} and not {"\u25cc", "\u2423"} & set(said + heard):
        assert (one == two) == (said == heard)


def test_the_direction_is_that_of_most_words():
    """A Hebrew sentence that begins with a Latin name runs from right to left, and the reverse."""
    assert right_to_left(["iPhone 14 נפל לי מהיד"])
    assert not right_to_left(["שלום means hello there"])
    assert right_to_left(["", "مرحبا"])
    assert not right_to_left([])


# --- the page ---


def test_a_page_shows_words_over_words_and_says_what_is_wrong():
    """Each place has both words, each error its letter, its class and a label for screen readers."""
    page = page_of(["turn the blue light on"], ["turn blew light on now"])
    (found,) = Page(page).alignments
    assert found == {
        "dir": "ltr",
        "items": [
            ["", "", ["turn", "turn"]],
            ["s", "substituted: said the, heard blew", ["the", "blew"]],
            ["d", "deleted: said blue", ["blue"]],
            ["", "", ["light", "light"]],
            ["", "", ["on", "on"]],
            ["i", "inserted: heard now", ["now"]],
        ],
    }
    assert "60.0%" in page
    assert "1 substituted, 1 deleted, 1 inserted of 5 words said" in page


def test_text_from_right_to_left_keeps_its_order():
    """Hebrew runs from right to left as a whole; words stay in spoken order, each one isolated."""
    said, heard = "שלום אני גר בתל אביב עם iPhone 14", "שלום גר בתל אביב אם iPhone 15 היום"
    page = page_of([said, "hello"], [heard, "hello"])
    first, second = Page(page).alignments
    assert (first["dir"], second["dir"]) == ("rtl", "ltr")
    assert [words[0] for css, _, words in first["items"] if css != "i"] == said.split()
    assert [words[-1] for css, _, words in first["items"] if css != "d"] == heard.split()
    assert page.count('<dd dir="rtl" lang="">') == 2


def test_characters_are_aligned_one_by_one():
    """Chinese is shown by characters, and a space among them as a sign."""
    page = page_of(["我昨天 去了"], ["我咋天去了"], unit="characters")
    (found,) = Page(page).alignments
    assert [label for _, label, _ in found["items"] if label] == [
        "substituted: said 昨, heard 咋",
        "deleted: said ␣",
    ]
    assert "of 6 characters said" in page


def test_every_kind_of_silence_is_named(corpus):
    """Missing, empty and runaway output, and references without words or missing, are flagged in words."""
    page = alignment_page(corpus, range(9), normalizer=AS_GIVEN, systems=["old"])
    flags = re.findall(r'<span class="chip">([^<]+)</span>', page)
    assert flags == [
        "missing hypothesis", "runaway", "empty hypothesis", "no reference", "empty reference",
        "missing hypothesis",
    ]  # fmt: skip
    assert "there is no reference, so nothing is scored" in page
    assert "there is no hypothesis" in page


@pytest.mark.parametrize("unit", ["words", "characters"])
def test_hostile_text_is_only_text(unit):
    """No text of the data opens a tag, closes the style, hides a character or turns a line around."""
    texts = list(HOSTILE)
    utterances = utterances_of(
        texts,
        {texts[0]: texts[::-1], texts[6]: texts},
        by={texts[1]: texts, "</h1>": texts},
        ids=texts,
        unit=unit,
    )
    page = alignment_page(utterances, range(len(texts)), normalizer=AS_GIVEN, title=texts[2])
    read = Page(page)
    assert read.tags <= {
        "html", "head", "meta", "title", "style", "link", "body", "a", "header", "div", "h1", "bdi", "p",
        "ul", "ol", "li", "b", "i", "u", "main", "article", "h2", "section", "strong", "span",
        "dl", "dt", "dd", "footer",
    }  # fmt: skip
    assert page.count("</style>") == 1
    assert not re.search(
        "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u202a-\u202e\u2060-\u2069\u200e\u200f\ud800-\udfff]", page
    )
    assert page.encode("utf-8")
    if unit == "words":
        assert "<script>alert(1)</script>" in "".join(read.text)


def test_a_long_run_is_shortened():
    """Of many words added one after another the first are shown, the rest counted, and what follows shown."""
    page = page_of(["start end", "a " * 40 + "end"], ["start " + "and on " * 300 + "end", "end"])
    for found, more in zip(
        Page(page).alignments, ("… 588 more inserted …", "… 28 more deleted …"), strict=True
    ):
        assert found["items"][-2] == ["more", "", [more]]
        assert found["items"][-1] == ["", "", ["end", "end"]]
        assert len(found["items"]) <= 15


def test_a_page_is_bounded():
    """Long alignments, long texts and long lists are cut, and what is cut is counted."""
    page = page_of(
        ["a " * 500, "b", "c"],
        ["a " * 400 + "b " * 2 + "a " * 98 + "c", "b", "c"],
        most=2,
        most_columns=25,
        most_characters=40,
    )
    first, _ = Page(page).alignments
    assert len(first["items"]) == 26
    assert first["items"][-1] == ["more", "", ["… 476 more words (2 substituted, 1 inserted)"]]
    assert "… 960 more characters" in page
    assert "… 1 more utterance chosen, beyond the 2 that a page shows." in page
    assert page.count("<article") == 2
    assert "more utterance" not in page_of(["a", "b"], ["a", "b"], most=2)
    assert "No utterance was chosen." in page_of([], [])


def test_a_page_asks_for_nothing():
    """The page holds no script, no address and a policy that forbids both."""
    page = page_of(["see https://evil.example/x.png"], ["see http://evil.example"])
    assert "default-src 'none'" in page
    assert not re.search(r"<script|<img|@import|url\(|src=", page)
    assert re.findall(r'href="([^"]+)"', page) == ["data:,", "#utterances"]


# --- the terminal ---


def test_three_lines_stand_under_each_other(corpus):
    """Words stand in columns, errors have letters, and what is not there is stars."""
    text = alignment_text(corpus, ["u0", "u2"], normalizer=AS_GIVEN, systems=["old"])
    assert text.splitlines() == [
        "u0 (old): S 3, D 0, I 0 of 4 words",
        "REF  a b c d",
        "HYP  a x y z",
        "       S S S",
        "",
        "u2 (old): S 0, D 5, I 0 of 5 words, no hypothesis",
        "REF  a b c d e",
        "HYP  * * * * *",
        "     D D D D D",
    ]
    runaway = alignment_text(corpus, ["u3"], normalizer=AS_GIVEN, systems=["old"], most_columns=5)
    assert runaway.splitlines()[0] == "u3 (old): S 0, D 0, I 11 of 1 words"
    assert runaway.splitlines()[-1] == "… 7 more words"
    with pytest.raises(UsageError, match=r"width(.|\n)*most_columns(.|\n)*u99"):
        alignment_text(corpus, ["u99"], normalizer=AS_GIVEN, width=3, most_columns=0)


@given(WORDS, WORDS, st.integers(20, 60))
def test_lines_fit_the_terminal(said, heard, width):
    """Blocks of three lines are no wider than the terminal unless a word alone is, and hold every word."""
    columns = columns_of(said, heard)
    lines = list(folded(columns, width=width))
    assert len(lines) % 3 == 0
    widest = max(
        (max(cell_len(t) for t in shown_apart(c.said or "", c.heard or "")) for c in columns), default=0
    )
    assert all(cell_len(line) <= max(width, widest + 5) for line in lines)
    assert not any(unicodedata.category(c) == "Cc" for line in lines for c in line)
    hits = [c.said for c in columns if c.edit == "hit" and c.said.isascii()]
    assert all(any(shown(word) in line for line in lines[::3]) for word in hits)


def test_wide_characters_take_two_cells():
    """Columns of Chinese stand under each other by width, not by the number of characters."""
    assert list(folded(columns_of("是的 ok", "是 ok"), width=20)) == [
        "REF  是的 ok",
        "HYP  是   ok",
        "     S",
    ]


# --- in a browser ---


@pytest.fixture(scope="module")
def browse(tmp_path_factory):
    """Open a page in Chromium and return what it wrote; where there is none, the test is skipped, visibly."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip("no Chromium here; install it or set CHROMIUM to its path")
    profile = tmp_path_factory.mktemp("profile")
    flags = (
        "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars",
        "--disable-background-networking", "--enable-logging=stderr", "--virtual-time-budget=2000",
    )  # fmt: skip

    def _browse(page, *options):
        return subprocess.run(
            [found, *flags, f"--user-data-dir={profile}", *options, page.as_uri()],
            capture_output=True, check=True, timeout=120, text=True, encoding="utf-8",
        )  # fmt: skip

    return _browse


MEASURE = """<iframe src='page.html' width=%d height=800></iframe><p id=w></p><script>onload = () => {
const d = document.querySelector('iframe').contentDocument;
const left = [...d.querySelectorAll('ol.al li')].map(li => {
  const r = li.getBoundingClientRect(); return [Math.round(r.left), Math.round(r.top)] });
document.getElementById('w').textContent = JSON.stringify(
  [d.documentElement.scrollWidth, d.documentElement.clientWidth, left])}</script>"""


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1200])
def test_the_page_is_as_wide_as_the_screen(browse, tmp_path, width):
    """On a telephone and on a desk the page does not scroll sideways, whatever a word is."""
    texts = [text for text in HOSTILE if text != "\ud800 lone"]
    places = _measured(browse, tmp_path, page_of(texts, texts[::-1], title="x" * 300), width)
    assert places[0] == places[1]


@pytest.mark.browser
def test_hebrew_is_drawn_from_right_to_left(browse, tmp_path):
    """The browser puts every next word of a Hebrew utterance to the left, Latin words and digits included."""
    page = page_of(["שלום אני גר iPhone 14 חדש"], ["שלום אני הגר iPhone 15 חדש"])
    *_, places = _measured(browse, tmp_path, page, 1200)
    left = [x for x, _ in places]
    assert len(left) == 6
    assert left == sorted(left, reverse=True)
    *_, places = _measured(
        browse, tmp_path, page_of(["so he said שלום to me"], ["so he said שלום to me"]), 1200
    )
    assert [x for x, _ in places] == sorted(x for x, _ in places)


@pytest.mark.browser
def test_light_dark_and_paper(browse, tmp_path):
    """The page follows the reader's preference and prints, and its console is silent."""
    page = tmp_path / "page.html"
    page.write_text(page_of(["a pin <b>"] * 3, ["a pen </style>"] * 3), encoding="utf-8")
    pictures = []
    for scheme in ("0", "1"):
        shot = tmp_path / f"{scheme}.png"
        done = browse(page, f"--screenshot={shot}", f"--blink-settings=preferredColorScheme={scheme}")
        assert "CONSOLE" not in done.stderr
        pictures.append(shot.read_bytes())
    assert pictures[0] != pictures[1]
    paper = tmp_path / "page.pdf"
    browse(page, f"--print-to-pdf={paper}")
    assert paper.read_bytes().startswith(b"%PDF-")


def _measured(browse, tmp_path, page, width):
    """Draw a page in a frame and return its width, the frame's, and where every word of it is."""
    # The page forbids scripts, so it is measured from a page around it.
    (tmp_path / "page.html").write_text(re.sub(r"<meta http-equiv[^>]*>", "", page), encoding="utf-8")
    around = tmp_path / "around.html"
    around.write_text(MEASURE % width, encoding="utf-8")
    done = browse(around, "--dump-dom", "--allow-file-access-from-files")
    return json.loads(re.search(r'<p id="w">(.*?)</p>', done.stdout)[1])
