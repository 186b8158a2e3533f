"""The swapper: directions, names, exclusions, own pairs, memory, and what it refuses."""

from __future__ import annotations

import pickle
import sys

import pytest

from fairkit.errors import DataError, MissingDependencyError, UsageError
from fairkit.text.attributes import TableSwapper
from fairkit.text.gender import tagging
from fairkit.text.swap import GenderSwapper, swap


def left(text, **options):
    """Return the words of a text that were not swapped, each with the reason."""
    return [(word.word, word.reason) for word in swap(text, **options).uncovered]


# --- what comes back ---


def test_changes_carry_their_spans_rules_and_confidence():
    """Every change says where, what, by which rule and how sure."""
    text = "She gave her aunt a book and thanked her."
    found = swap(text, tagger="rule")
    assert [text[change.start : change.end] for change in found.changes] == ["She", "her", "aunt", "her"]
    assert [change.rule for change in found.changes] == ["pair", "possessive", "pair", "object"]
    assert all(0.9 < change.confidence < 1 for change in found.changes)
    assert 0.8 < found.confidence < min(change.confidence for change in found.changes)


def test_what_admits_both_readings_is_marked():
    """A gift that may be somebody's own, and the doing of somebody, are ambiguous even without a tagger."""
    assert swap("We showed her papers.", tagger="rule").ambiguous
    assert swap("We heard of her signing the paper.", tagger="rule").ambiguous
    assert swap("We saw her duck.", tagger="rule").ambiguous
    assert swap("We met her \U0001f600 friend.", tagger="rule").ambiguous
    assert not swap("We burned her papers.", tagger="rule").ambiguous


def test_words_that_become_one_are_marked():
    """Of a host and a hostess two hosts are left, so nothing tells them apart."""
    assert swap("The host and the hostess").ambiguous
    assert not swap("The hostess").ambiguous
    assert not swap("Mum and Dad").ambiguous


def test_a_text_without_gendered_words_is_not_changed():
    """Nothing is invented: the text is itself, without changes."""
    found = swap("The report is late.")
    assert (found.changed, found.changes, found.uncovered, found.text) == (
        False,
        (),
        (),
        "The report is late.",
    )
    assert found.confidence == 1


def test_words_without_a_counterpart_are_reported():
    """What shows a gender and cannot be swapped is listed, even where all else was."""
    assert left("The pregnant woman has ovarian cysts.") == [
        ("pregnant", "no counterpart"),
        ("ovarian", "no counterpart"),
    ]
    assert left("An uncle", direction="neutral") == [("uncle", "no neutral word")]


# --- directions ---


def test_one_direction_changes_words_of_one_gender():
    """Words of the other gender stay and are listed."""
    text = "She met his mother, Mr. Ray and him."
    found = swap(text, direction="feminine-to-masculine")
    assert found.text == "He met his father, Mr. Ray and him."
    assert {word.reason for word in found.uncovered} == {"other direction"}
    assert swap(text, direction="masculine-to-feminine").text == "She met her mother, Ms. Ray and her."


def test_directions_meet_in_the_middle():
    """A text of one gender is swapped by its direction as by both, and not by the other."""
    text = "Her sister, the actress, hurt herself; the dog is hers."
    assert swap(text, direction="feminine-to-masculine").text == swap(text).text
    assert not swap(text, direction="masculine-to-feminine").changed


# --- names ---


def test_a_text_that_names_somebody_is_left_whole():
    """By default no text says that Mary lost his keys: it stays, and the report says why."""
    text = "Then Mary lost her keys."
    assert not swap(text).changed
    assert left(text) == [("Mary", "name"), ("her", "named person")]


@pytest.mark.parametrize(
    "text",
    [
        "The Virgin Mary and her son.",
        "Dancing with Sir Lancelot, she fell.",
        "Ask Sister Ruth for her book.",
        "His wife Grace Poole smiled.",
    ],
)
def test_persons_are_known_by_phrases_titles_and_surnames(text):
    """Known persons, names after titles and words that a surname makes names protect a text, too."""
    assert not swap(text).changed


@pytest.mark.parametrize(
    ("text", "swapped"),
    [
        ("She will mark the bill.", "He will mark the bill."),
        ("She rose with grace in May.", "He rose with grace in May."),
        ("She is in Virginia and St. Mary.", "He is in Virginia and St. Mary."),
        ("She reads the poet Henry James.", "She reads the poet Henry James."),
        ("She teaches at Mary College.", "He teaches at Mary College."),
        ("Mr. James met his wife.", "Ms. James met her husband."),
    ],
)
def test_words_places_and_surnames_are_no_first_names(text, swapped):
    """Only what is a first name for certain protects a text; Henry is one."""
    assert swap(text).text == swapped


def test_names_are_kept_where_asked():
    """Names stay, and all else is swapped."""
    assert swap("Then Mary lost her keys.", names="keep").text == "Then Mary lost his keys."
    assert left("Then Mary lost her keys.", names="keep") == [("Mary", "name")]


def test_names_are_swapped_where_asked():
    """A name becomes its pair, which becomes it again; words and places stay words and places."""
    swapper = GenderSwapper(names="swap")
    text = "Yesterday Mary told Robert that she will frank it in Georgia."
    once = swapper(text).text
    assert once == "Yesterday James told Patricia that he will frank it in Georgia."
    assert swapper(once).text == text


def test_a_name_that_a_title_contradicts_is_left():
    """A man called Ashley keeps his name: his title has already said what he is."""
    swapper = GenderSwapper(names="swap")
    assert swapper("We met Mr. Ashley Wilkes.").text == "We met Ms. Ashley Wilkes."
    assert swapper("Ask his brother Ashley.").text == "Ask her sister Ashley."


def test_neutral_texts_keep_names_and_are_changed():
    """They goes with every name."""
    found = swap("Then Mary lost her keys.", direction="neutral")
    assert found.text == "Then Mary lost their keys."
    assert [word.reason for word in found.uncovered] == ["name"]


# --- own words ---


def test_own_phrases_are_left():
    """A phrase stays wherever it stands, in any case, with any blanks."""
    swapper = GenderSwapper(exclude=["King Lumber", "her majesty\u2019s ship"])
    assert not swapper("KING  Lumber and Her Majesty's Ship").changed
    assert swapper("The king of lumber").text == "The queen of lumber"


def test_own_pairs_come_first():
    """A pair adds words, and takes those it holds out of the shipped ones."""
    swapper = GenderSwapper(extra_pairs={"king": "quing", "best boy": "best girl"})
    once = swapper("The king and the best boy; the queen")
    assert once.text == "The quing and the best girl; the queen"
    assert swapper(once.text).text == once.original
    assert (
        swap("The quing", extra_pairs=[("king", "quing")], direction="masculine-to-feminine").changed is False
    )


# --- memory ---


def test_titles_are_remembered():
    """A text swapped twice is itself where the first result is handed on, though Mr. is three titles."""
    swapper = GenderSwapper()
    text = "Miss Lee, Mrs. Ray and Ms. Poe met the governess, Mum and Mr. Doe."
    once = swapper(text)
    assert once.text == "Mr. Lee, Mr. Ray and Mr. Poe met the tutor, Dad and Ms. Doe."
    assert swapper(once).text == text
    assert swapper(once.text).text != text


def test_a_text_keeps_to_the_words_it_uses():
    """Where a text writes Mrs. or Mum elsewhere, that is the way back."""
    assert swap("Mr. Lee and Mrs. Lee").text == "Mrs. Lee and Mr. Lee"
    assert swap("Dad and Mum").text == "Mum and Dad"
    assert swap("Mr Lee").text == "Ms Lee"


# --- the tagger ---


def test_the_tagger_marks_and_does_not_decide():
    """Texts are the same with it and without; where it disagrees, the change is marked."""
    texts = ["We made her calmer.", "They sent her flowers.", "We saw her there.", "We saw her house."]
    asked, alone = GenderSwapper(tagger="hanta"), GenderSwapper(tagger="rule")
    assert [asked(text).text for text in texts] == asked.texts(texts) == alone.texts(texts)
    assert any(asked(text).ambiguous and not alone(text).ambiguous for text in texts)
    assert not any(asked(text).ambiguous for text in texts[2:])


def test_without_the_tagger_only_insisting_fails(monkeypatch):
    """Where HanTa is not installed, the swap works and says so only where it was asked for by name."""
    monkeypatch.setattr("fairkit.text.swap.is_installed", lambda: False)
    assert GenderSwapper()("We saw her.").text == "We saw him."
    with pytest.raises(MissingDependencyError, match=r"pip install 'fairkit\[tagger\]'"):
        GenderSwapper(tagger="hanta")


def test_the_tagger_is_loaded_when_it_is_asked(monkeypatch):
    """A text without *her* needs no tagger, and nor does the quick way."""
    monkeypatch.setitem(sys.modules, "HanTa.HanoverTagger", None)
    tagging._tagger.cache_clear()
    swapper = GenderSwapper(tagger="auto")
    assert swapper("He left.").text == "She left."
    assert swapper.texts(["We saw her."]) == ["We saw him."]
    tagging._tagger.cache_clear()


# --- the object ---


def test_a_swapper_travels_to_other_processes():
    """It can be pickled, and works alike."""
    swapper = GenderSwapper(
        names="swap", direction="both", exclude=["her majesty"], extra_pairs={"foo": "bar"}
    )
    back = pickle.loads(pickle.dumps(swapper))  # noqa: S301 - made here
    text = "Her Majesty and Mary had a foo."
    assert back(text) == swapper(text)
    assert back.attribute == "gender"
    assert repr(back) == repr(swapper)


def test_many_texts_are_rewritten_as_one_by_one():
    """The quick way gives the same texts in the same order, and takes any iterable."""
    texts = ["Her book.", "", "Mary's book is hers.", "A book.", "HE!"]
    swapper = GenderSwapper(tagger="rule")
    assert swapper.texts(iter(texts)) == [swapper(text).text for text in texts]


def test_a_long_text_takes_time_in_proportion():
    """A megabyte is swapped like each of its thousands of parts."""
    filler = "The report on the third quarter came in late, and all of it was in a tiny font. " * 4
    part = f"He met the king's brother, a guest of his, and Mr. Lee (his uncle) for <i>his book</i>. {filler}"
    text = part * (1_000_000 // len(part))
    swapper = GenderSwapper(tagger="rule")
    (once,) = swapper.texts([text])
    assert once == swapper(part).text * (len(text) // len(part))
    assert len(swapper(text[:100_000]).changes) > 1_500


@pytest.mark.parametrize(
    "part", ["<!--", "a-", "<a ", "/a-", "her ", "_", "&", "@a", "her'", "her (", "he, ", "\u0301", "Miss A "]
)
def test_no_text_keeps_the_swapper_busy(part):
    """Texts made to be looked at again and again are done at once, in every direction."""
    text = part * (100_000 // len(part))
    for direction in ("both", "neutral"):
        found = GenderSwapper(direction=direction).texts([text])[0]
        assert (found == text) == (part not in {"her ", "her'", "her (", "he, ", "Miss A "})


# --- refusals ---


@pytest.mark.parametrize("text", [None, b"her", 3.0, ["her"]])
def test_only_texts_are_swapped(text):
    """Anything else is refused with its kind."""
    with pytest.raises(DataError, match=f"must be a str, this is {type(text).__name__}"):
        swap(text)
    with pytest.raises(DataError, match="must be a str"):
        GenderSwapper().texts(["her", text])


@pytest.mark.parametrize("texts", ["her book", b"her", None, 5])
def test_one_text_is_no_list_of_texts(texts):
    """Its letters are not rewritten one by one, by gender or by a table."""
    for swapper in (GenderSwapper(), TableSwapper("age")):
        with pytest.raises(DataError, match="a list of texts is needed"):
            swapper.texts(texts)


@pytest.mark.parametrize("exclude", [[5], None, [""], "her"])
def test_phrases_to_exclude_are_a_list_of_texts(exclude):
    """Anything else is refused, by gender or by a table."""
    for make in (GenderSwapper, lambda **options: TableSwapper("age", **options)):
        with pytest.raises(UsageError, match="exclude must be a list of phrases"):
            make(exclude=exclude)


def test_wrong_options_are_refused_together():
    """All problems are said at once, with what there is."""
    with pytest.raises(UsageError) as refused:
        GenderSwapper(
            direction="neutrl", names="swop", tagger="spacy", exclude="her", extra_pairs=[("he", "xe"), "ab"]
        )
    problems = refused.value.problems
    assert len(problems) == 6
    assert "Did you mean 'neutral'?" in problems[0]
    assert "exclude=['her']" in problems[3]
    assert "'he'" in problems[5]


def test_own_pairs_have_each_word_once():
    """A word with two counterparts would not come back."""
    with pytest.raises(DataError, match="more than one counterpart: 'spouse'"):
        GenderSwapper(extra_pairs=[("husbear", "spouse"), ("wifebear", "spouse")])
