"""The engine below every swap: pieces, case, edits and tables of words."""

from __future__ import annotations

import pytest

from fairkit.errors import DataError
from fairkit.text.casing import cased_like
from fairkit.text.edits import Edit, Left, as_rewritten, as_text, reversed_changes
from fairkit.text.gender.pairs import counterparts, gendered_pairs, joint_nouns, read_pairs, variants
from fairkit.text.pieces import lowered, pieces_of, starts_of
from fairkit.text.wordtable import WordTable

# --- pieces ---


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("it's  a", ["it", "'", "s", "  ", "a"]),
        ("_her_ her_name", ["_", "her", "_", " ", "her_name"]),
        ("e\\u0301a \\U0001f469\\u200d\\U0001f680", None),
        ("see a.b.com/x?y, his.txt.", ["see", " ", "a.b.com/x?y,", " ", "his.txt", "."]),
        ("end.She said", ["end", ".", "She", " ", "said"]),
        ("he/she/it ./his/x", ["he", "/", "she", "/", "it", " ", "./his/x"]),
        ("1 < her > 2 <br/>", ["1", " ", "<", " ", "her", " ", ">", " ", "2", " ", "<br/>"]),
        ("AT&T &lt;her&gt;", ["AT", "&", "T", " ", "&lt;", "her", "&gt;"]),
    ],
)
def test_pieces_are_words_blanks_and_marks(text, pieces):
    """What looks like words only is one piece; combining marks stay with their letters."""
    text = text.encode().decode("unicode_escape") if "\\u" in text.lower() else text
    assert "".join(pieces_of(text)) == text
    if pieces is not None:
        assert pieces_of(text) == pieces


def test_pieces_are_compared_in_one_form():
    """Case, apostrophes, blanks and composed letters make no difference."""
    assert lowered(pieces_of("Fiance\u0301\u2019S\t  OK")) == ["fianc\u00e9", "'", "s", " ", "ok"]
    assert lowered(pieces_of("Her\u00adself s\u200dhe\u200d")) == ["herself", " ", "she", "\u200d"]
    assert lowered(pieces_of("a\n\nb")) == ["a", "\n\n", "b"]
    assert starts_of([]) == [0]


# --- case ---


@pytest.mark.parametrize(
    ("word", "model", "cased"),
    [
        ("sister", "BROTHER", "SISTER"),
        ("sister", "Brother", "Sister"),
        ("a", "AN", "A"),
        ("an", "A", "An"),
        ("he", "sHE", "hE"),
        ("air steward", "Air hostess", "Air steward"),
        ("maid of honor", "Best Man", "Maid Of honor"),
        ("her", "123", "her"),
        ("her", "", "her"),
    ],
)
def test_case_follows_the_word_that_stood_there(word, model, cased):
    """Upper, title and mixed case are carried over, word by word in phrases."""
    assert cased_like(word, model).lower() == cased.lower()
    assert cased_like(word, model)[0] == cased[0]


# --- edits ---


def test_edits_of_several_pieces_are_one_change():
    """Pieces between the first and the last go; what follows keeps its place."""
    pieces = pieces_of("a best  man left")
    edits = [Edit(2, 5, "maid of honor", "pair", 0.5, ambiguous=True)]
    assert as_text(pieces, edits) == "a maid of honor left"
    found = as_rewritten("a best  man left", pieces, edits, [Left(6, 7, "excluded"), Left(0, 1, "name")])
    (change,) = found.changes
    assert (change.start, change.end, change.before, change.ambiguous) == (2, 11, "best  man", True)
    assert [word.word for word in found.uncovered] == ["a", "left"]
    assert list(reversed_changes(found)) == [2]


def test_an_edit_that_changes_nothing_is_no_change():
    """A word that becomes itself leaves the text unchanged."""
    found = as_rewritten("a b", ["a", " ", "b"], [Edit(0, 1, "a")], [])
    assert not found.changed


# --- tables ---


def test_a_table_finds_the_longest_phrase():
    """Phrases go before their words, matches do not overlap, and case and blanks do not matter."""
    table = WordTable([("best man", "maid of honour"), ("man", "woman"), ("rock 'n' roll", "jazz")])
    low = lowered(pieces_of("The BEST \t man met a man and rock \u2019n\u2019 roll"))
    assert [(match.entry, match.counterpart) for match in table.matches(low)] == [
        ("best man", "maid of honour"),
        ("man", "woman"),
        ("rock 'n' roll", "jazz"),
    ]
    assert len(table) == 6
    assert "Maid  of Honour" in table
    assert table.counterpart("Jazz") == "rock 'n' roll"


def test_a_table_says_all_that_is_wrong():
    """Words that stand twice and empty ones are refused together."""
    with pytest.raises(DataError) as refused:
        WordTable([("a", "b"), ("B", "c"), ("", "d")])
    assert len(refused.value.problems) == 2


# --- the table of gendered words ---


def test_every_gendered_word_stands_once():
    """Looking a paired word up twice gives it back, and no word is its own counterpart."""
    both = counterparts("both")
    for pair in gendered_pairs():
        if pair.way == "=":
            assert both[pair.masculine].word == pair.feminine != pair.masculine
            assert both[pair.feminine].word == pair.masculine
    assert sum(pair.way == "=" for pair in gendered_pairs()) > 500


def test_directions_split_the_table():
    """Each word changes in one of the two directions, and as it does in both."""
    both, left, right = (
        counterparts(direction) for direction in ("both", "feminine-to-masculine", "masculine-to-feminine")
    )
    for word, entry in both.items():
        assert {left[word].word, right[word].word} == {None, entry.word}
        assert (left[word].word is not None) == entry.feminine


def test_neutral_words_name_no_gender():
    """No neutral word is gendered itself, unless it serves for all."""
    neutral = counterparts("neutral")
    serving = {pair.masculine for pair in gendered_pairs() if pair.neutral == pair.masculine}
    words = {entry.word for entry in neutral.values() if entry.word}
    assert not (words & set(neutral)) - serving
    assert joint_nouns()["sisters", "and", "brothers"] == "siblings"


def test_variants_are_other_ways_back():
    """What a text may prefer becomes, one way, the word it is a variant for."""
    both = counterparts("both")
    for word, others in variants().items():
        assert all(both[other].word == word and both[other].one_way for other in others)


def test_a_table_with_a_word_twice_is_refused():
    """The loader names words that stand twice, and lines whose forms do not match."""
    with pytest.raises(DataError) as refused:
        read_pairs("king | queen\nqueen > king\ncat, cats | tom")
    assert refused.value.problems == (
        "'cat, cats | tom' has forms without counterparts.",
        "these words stand twice: 'queen'.",
    )
