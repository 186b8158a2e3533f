"""Tables of words: what they change, what they leave, and what is refused when one is read."""

from __future__ import annotations

import pickle

import pytest

from fairkit.errors import DataError, UsageError
from fairkit.text import TableSwapper, attribute_table, rewriter_of, shipped_tables
from fairkit.text.articles import article_for
from fairkit.text.attributes.checks import key_of

RELIGION = {
    "levels": ["Christian", "Muslim", "Jewish"],
    "words": {"place": ["church", "mosque", "synagogue"], "day": ["Lent", "", "Passover"]},
}


def swapped(table, text, **options):
    """Swap one text by a table."""
    return TableSwapper(table, **options)(text).text


# --- swapping ---


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A young cat", "An old cat"),
        ("An OLD cat, OLD", "A YOUNG cat, YOUNG"),
        ("AN OLD CAT", "A YOUNG CAT"),
        ("Teenagers' homes", "Pensioners' homes"),
        ("the teenager's home", "the pensioner's home"),
        ("youngish and oldish", "youngish and oldish"),
        ("a 45-year-old person", "a 45-year-old person"),
        ("in his\ttwenties, in\nher seventies", "in his seventies, in her twenties"),
        ("<b class='old'>Old</b> http://old.com @old", "<b class='old'>Young</b> http://old.com @old"),
        ("👵 old 👶\u200f ילד young", "👵 young 👶\u200f ילד old"),
        ("", ""),
    ],
)
def test_age_is_swapped_in_place(text, expected):
    """Case, endings, articles, markup and other scripts stay, and words within words are no words."""
    assert swapped("age", text) == expected
    assert TableSwapper("age").texts([text]) == [expected]


@pytest.mark.parametrize(
    ("text", "christian", "muslim", "jewish"),
    [
        ("A Muslim met us.", "A Christian met us.", "A Muslim met us.", "A Jew met us."),
        ("She is Muslim.", "She is Christian.", "She is Muslim.", "She is Jewish."),
        ("a Jewish school", "a Christian school", "a Muslim school", "a Jewish school"),
        ("every Jew who", "every Christian who", "every Muslim who", "every Jew who"),
        ("An imam's Koran", "A pastor's Bible", "An imam's Koran", "A rabbi's Torah"),
        ("CHURCHES", "CHURCHES", "MOSQUES", "SYNAGOGUES"),
        ("christians", "christians", "muslims", "jews"),
    ],
)
def test_religion_has_all_counterfactuals(text, christian, muslim, jewish):
    """Every level has its text, with nouns, adjectives and articles that agree."""
    found = TableSwapper("religion").counterfactuals(text)
    assert {level: one.text for level, one in found.items()} == {
        "Christian": christian,
        "Muslim": muslim,
        "Jewish": jewish,
    }


@pytest.mark.parametrize(
    "text",
    [
        "Christian Bale sang.",
        "Christian said no.",
        "He left, and Christian told us.",
        "Pastor Miller came.",
        "the Church",
        "Mr. Church left.",
    ],
)
def test_a_word_that_is_a_name_stays(text):
    """A word that is also a name is left alone where it stands as one, and listed."""
    found = TableSwapper("religion")(text)
    assert (found.text, [left.reason for left in found.uncovered]) == (text, ["name"])


@pytest.mark.parametrize("text", ["The Christian Mission", "a Christian told us", "Christian values"])
def test_a_word_that_is_no_name_here_changes(text):
    """An article before the word, or a noun in lower case behind it, shows that nobody is called so."""
    assert TableSwapper("religion")(text).changed


def test_case_tells_nationalities_from_other_words():
    """Where the table says so, a word counts only with its capital, or in capitals throughout."""
    to_nigerian = TableSwapper("nationality", target="Nigerian")
    assert (
        to_nigerian("The Germans of America, and an american").text
        == "The Nigerians of Nigeria, and an american"
    )
    assert to_nigerian("GERMAN CARS").text == "NIGERIAN CARS"
    assert not to_nigerian("An Indian summer in New Mexico").changed


def test_a_country_may_open_a_sentence_and_own():
    """The article has a capital at the start, and the ending is that of the new word."""
    to_indian = TableSwapper("nationality", target="Indian")
    assert to_indian("The United States won.").text == "India won."
    assert to_indian("the United States' army").text == "India's army"
    assert [left.word for left in to_indian("United States law").uncovered] == ["United States"]


def test_verbs_are_no_holidays():
    """What somebody lent is no Lent."""
    assert not TableSwapper("religion")("She lent us a book.").changed


def test_a_cycle_comes_back():
    """Without a target each level becomes the next, and three steps of three levels give the text back."""
    step = TableSwapper("religion")
    text = "The church and the mosque of the rabbis, a Christian school, Eid"
    once = step(text).text
    assert once == "The mosque and the synagogue of the pastors, a Muslim school, Hanukkah"
    assert step(step(once).text).text == text


@pytest.mark.parametrize("name", ["age", "spelling"])
def test_a_table_of_two_levels_is_its_own_inverse(name):
    """Every word of a shipped table of two levels is its counterpart's counterpart."""
    swapper = TableSwapper(name)
    words = [word for concept in swapper.table.concepts for word in concept]
    text = "; ".join(words)
    assert swapper(swapper(text).text).text == text
    assert swapper.texts(words) == [other for pair in swapper.table.concepts for other in reversed(pair)]


def test_a_mapping_of_levels_leaves_the_others():
    """Only the levels that are mapped change, and words of others are listed."""
    found = TableSwapper("religion", target={"Christian": "Muslim", "Muslim": "Christian"})(
        "church, mosque, synagogue"
    )
    assert found.text == "mosque, church, synagogue"
    assert [(left.word, left.reason) for left in found.uncovered] == [("synagogue", "other direction")]
    assert not found.ambiguous


def test_levels_that_become_one_are_in_doubt():
    """A text that told two levels apart and no longer does is no clear counterfactual."""
    found = TableSwapper("religion", target="Muslim")("from church to mosque")
    assert (found.text, found.ambiguous) == ("from mosque to mosque", True)
    assert [(left.word, left.reason) for left in found.uncovered] == [("mosque", "at the target")]


def test_what_has_no_counterpart_is_listed():
    """A level without a word for a concept leaves that word, with the reason."""
    found = TableSwapper(RELIGION, target="Muslim")("Lent in church")
    assert found.text == "Lent in mosque"
    assert [(left.word, left.start, left.reason) for left in found.uncovered] == [
        ("Lent", 0, "no counterpart")
    ]


def test_phrases_can_be_excluded():
    """A phrase of the user's stays as a whole, in any case."""
    swapper = TableSwapper("religion", target="Muslim", exclude=["church street"])
    found = swapper("A church in Church Street")
    assert found.text == "A mosque in Church Street"
    assert found.uncovered[0].word == "Church Street"


def test_changes_lie_where_they_say():
    """Offsets are those of the original text, and the parts between are untouched."""
    text = "An elderly man, aged 80: „the old days“ — OLD."
    found = TableSwapper("age")(text)
    for change in found.changes:
        assert text[change.start : change.end] == change.before
    assert [(change.before, change.after, change.rule) for change in found.changes] == [
        ("An", "A", "agreement"),
        ("elderly", "youthful", "table"),
        ("OLD", "YOUNG", "table"),
    ]


def test_composed_and_decomposed_letters_are_one():
    """A word matches however its accents are written."""
    swapper = TableSwapper({"caf\u00e9": "pub"})
    assert swapper("the cafe\u0301 and the caf\u00e9").text == "the pub and the pub"


def test_a_long_text_is_swapped_whole():
    """A long text is no other than a line of it."""
    text = "The old woman met a young friend. " * 3_000
    assert TableSwapper("age").texts([text]) == ["The young woman met an old friend. " * 3_000]


def test_a_swapper_can_be_sent_to_other_processes():
    """A pickled swapper does what the swapper does."""
    sent = pickle.dumps(TableSwapper("religion", target="Jewish"))
    again = pickle.loads(sent)  # noqa: S301 - our own
    assert again("a Christian.").text == "a Jew."


def test_a_text_must_be_one():
    """None is no text, and is said to be none."""
    with pytest.raises(DataError, match="a text must be a str, this is NoneType"):
        TableSwapper("age")(None)
    with pytest.raises(DataError, match="this is NoneType"):
        TableSwapper("age").texts(["old", None])
    with pytest.raises(DataError, match="not list"):
        TableSwapper([("young", "old")])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"target": ["Muslim"]}, "target is a level or a mapping"),
        ({"target": "Muslm"}, "there is no level 'Muslm'.* Did you mean 'Muslim'"),
        ({"target": {"Christian": "Hindu"}}, "there is no level 'Hindu'"),
        ({"exclude": "church"}, "exclude must be a list"),
        ({"exclude": ["", 3]}, "exclude must be a list of phrases, it has '', 3"),
    ],
)
def test_wrong_options_are_refused(options, said):
    """A level that does not exist and phrases that are none are named."""
    with pytest.raises(UsageError, match=said):
        TableSwapper("religion", **options)


@pytest.mark.parametrize(
    ("word", "article"),
    [
        ("old", "an"),
        ("young", "a"),
        ("European", "a"),
        ("one-armed", "a"),
        ("only", "an"),
        ("unit", "a"),
        ("unimportant", "an"),
        ("unusual", "an"),
        ("umbrella", "an"),
        ("Ugandan", "a"),
        ("hour", "an"),
        ("house", "a"),
        ("heir", "an"),
        ("MP", "an"),
        ("UN", "a"),
        ("NATO", "a"),
        ("80", "a"),
    ],
)
def test_articles_follow_the_sound(word, article):
    """It is not the letter that decides between a and an."""
    assert article_for(word) == article


# --- reading ---

SAID = """\
key 'levles' (line 1) is unknown (there are attribute, description, levels, words, nouns, variants, exclude, \
names, match_case). Did you mean 'levels'?
line 11 must be a list of words, one for each level; it is 'boy'.
line 7 has 1 words for 2 levels ('young', 'old').
'Senior' stands twice (in line 6 and line 8); each word has one place, or swapping twice would not give the \
text back.
'c\u0430t' (line 9) mixes scripts: 'c' is Latin, '\u0430' is Cyrillic; no text would match it.
line 10 lacks the word of level 'young'.
exclude (line 3) must be a list of texts, it has 3.
match_case (line 4) must be true or false, it is 'no'.""".splitlines()


@pytest.mark.parametrize("name", shipped_tables())
def test_shipped_tables_are_sound(name):
    """Every shipped table is read, says what it is, and holds each word once."""
    table = attribute_table(name)
    assert table.attribute == name
    assert table.description
    words = [key_of(word) for concept in table.concepts for word in concept if word]
    assert len(words) == len(set(words)) > 10


def test_all_forms_of_a_table_mean_the_same(tmp_path):
    """TOML with names or a list, CSV, TSV and mappings give one table."""
    forms = {
        "a.toml": 'levels = ["A", "B"]\n[words]\none = ["church", "mosque"]\ntwo = ["Bible", "Quran"]\n',
        "b.toml": 'levels = ["A", "B"]\nwords = [["church", "mosque"], ["Bible", "Quran"]]\n',
        "c.csv": "\ufeffA,B\r\n# a remark\r\nchurch,mosque\r\n\r\nBible,Quran\r\n",
        "d.csv": "A;B\nchurch;mosque\nBible;Quran\n",
        "e.tsv": "A\tB\nchurch\tmosque\nBible\tQuran\n",
    }
    for name, text in forms.items():
        (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    found = [attribute_table(tmp_path / name) for name in forms]
    found.append(attribute_table({"A": ["church", "Bible"], "B": ["mosque", "Quran"]}))
    assert {table.levels for table in found} == {("A", "B")}
    assert {table.concepts for table in found} == {(("church", "mosque"), ("Bible", "Quran"))}
    assert [table.attribute for table in found] == ["a", "b", "c", "d", "e", "user"]
    assert attribute_table({"church": "mosque", "mosque": "church"}).concepts == (("church", "mosque"),)
    assert attribute_table(found[0]) is found[0]


def test_everything_wrong_with_a_file_is_said_at_once(tmp_path):
    """Unknown keys, rows of another length, words that stand twice, mixed scripts: all with their lines."""
    (tmp_path / "bad.toml").write_text(
        'levles = ["x"]\nlevels = ["young", "old"]\nexclude = [3]\nmatch_case = "no"\n[words]\n'
        'a = ["teen", "senior"]\nb = ["kid"]\nc = ["Senior", "elder"]\n'
        'd = ["c\u0430t", "dog"]\ne = ["", "x"]\nf = "boy"\n',
        encoding="utf-8",
    )
    with pytest.raises(DataError) as caught:
        attribute_table(tmp_path / "bad.toml")
    assert [problem.removeprefix("bad.toml: ") for problem in caught.value.problems] == SAID


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"a": "b", "b": "c"}, "'b' stands twice"),
        ({"a": "a"}, "'a' stands twice"),
        ({"cat": "dog", "\u0441\u0430t": "hare"}, "mixes scripts"),
        ({"cop": "x", "\u0441\u043e\u0440": "y"}, "looks like 'cop' .* written in another script"),
        ({"levels": ["A", "A"], "words": []}, "'A' is named twice"),
        ({"levels": ["A", "B"], "words": []}, "the table has no words"),
        ({"levels": ["A"], "words": [["x"]]}, "at least two levels"),
        ({"levels": ["A", ""], "words": [["x", "y"]]}, "a level must have a name"),
        ({"words": [["x", "y", "z"]]}, "levels must be listed"),
        ({"levels": ["A", "B"]}, "words must be given"),
        ({"words": 3}, "words must be given"),
        ({"A": ["x"], "B": ["y", "z"]}, "every level needs a word for every concept"),
        ({"A": "x", "B": ["y"]}, "pairs of words"),
        ({}, "words must be given"),
        ({"words": [["x", 3]]}, "must have texts, it has 3"),
        ({"words": [["...", "y"]]}, "has no letter"),
        ({"words": [["x", "y"]], "names": ["z"]}, "names has 'z', which is no word"),
        ({"words": [["x", "y"]], "nouns": {"x": "Y"}}, "nouns has 'Y', which is a word of the table already"),
        ({"words": [["x", "y"]], "variants": {"z": "w"}}, "variants has 'w', which is no word"),
        ({"words": [["x", "y"]], "variants": ["z"]}, "variants must be pairs of words"),
        ({"words": [["x", "y"]], "attribute": 3}, "attribute must be a text"),
    ],
)
def test_a_table_that_means_nothing_is_refused(table, said):
    """Whatever could not be swapped back, matched or told apart is named."""
    with pytest.raises(DataError, match=said):
        attribute_table(table)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.toml", b"words = [", "is no TOML"),
        ("a.toml", b"\xff\xfe", "is no UTF-8"),
        ("a.csv", b"", "is empty"),
        ("a.csv", b"A,B\nx\n", "line 2 has 1 words for 2 levels"),
        ("a.json", b"{}", "must end in .toml, .csv, .tsv"),
        ("a.toml", b"a = " + b"[" * 50 + b"]" * 50, "nested"),
    ],
)
def test_a_file_that_is_no_table_is_refused(name, content, said, tmp_path):
    """A damaged file is told by its name and what is wrong with it."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=said):
        attribute_table(tmp_path / name)


def test_an_unknown_table_is_suggested():
    """A misspelt name shows what there is, and the nearest."""
    with pytest.raises(DataError, match=r"there is no table 'religon'.*Did you mean 'religion'"):
        attribute_table("religon")


# --- asking for a rewriter ---


def test_one_call_makes_every_rewriter():
    """Gender, a table, a mapping, or a rewriter of one's own."""
    assert rewriter_of().attribute == "gender"
    assert rewriter_of("age").attribute == "age"
    assert rewriter_of({"cat": "dog"})("cat").text == "dog"
    own = TableSwapper("age")
    assert rewriter_of(own) is own


@pytest.mark.parametrize(
    ("attribute", "options", "said"),
    [
        ("gender", {"target": "Muslim"}, "'target' is an option of tables"),
        ("age", {"names": "swap"}, "'names' is an option of the swap of gender"),
        ("age", {"targt": "old"}, "there is no option 'targt'.*Did you mean 'target'"),
        (3, {}, "attribute must be 'gender', a table"),
        (TableSwapper("age"), {"target": "older"}, "has its options already"),
    ],
)
def test_options_of_another_rewriter_are_refused(attribute, options, said):
    """An option that this attribute has not is never ignored."""
    with pytest.raises(UsageError, match=said):
        rewriter_of(attribute, **options)
