"""Where the protected direction comes from: a lexicon, a column of groups, or what a caller made."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fairkit.errors import DataError, UsageError, shortlist
from fairkit.text.judging.readable import Readable
from fairkit.text.results import ProtectedModelScore

if TYPE_CHECKING:
    from fairkit.text.judging.asked import Asked
    from fairkit.text.networks.embedded import Differentiable
    from fairkit.text.protection.directions import Directions
    from fairkit.text.protection.models import ProtectedModel
    from fairkit.text.rewriting import Rewriter

Lexicon = str | os.PathLike[str] | Sequence[str] | Any
"""``gender``, the name or file of a table, a file with a word a line, words, or a rewriter."""

STEP = "the step from the rewritten text"
"""How the direction that a rewriter gives is called."""

_TABLES = (".toml", ".csv", ".tsv")


@dataclass(frozen=True, slots=True)
class Source:
    """A protected direction, and what is known of it.

    Parameters
    ----------
    directions : Directions
    name : str
        How the report calls it.
    signed : bool
        Whether it has a direction, so that signed sums mean something: a lexicon has none.
    groups : sequence of (str or None), optional
        The group of each text, which a model looks towards.
    scores : tuple of ProtectedModelScore
    notes : tuple of str
    by_word : bool
        Whether it differs from word to word: a model of averaged embeddings has one direction for all words
        of a text, whose contributions then say nothing of the words.
    """

    directions: Directions
    name: str
    signed: bool
    groups: Sequence[str | None] | None = None
    scores: tuple[ProtectedModelScore, ...] = ()
    notes: tuple[str, ...] = ()
    by_word: bool = True


def lexicon_of(lexicon: Lexicon) -> tuple[Any, str]:
    """Read a lexicon of protected words, and how the report calls it.

    Parameters
    ----------
    lexicon : str, path, sequence of str, or rewriter
        ``"gender"``, or another table that fairkit ships or that lies in a file (TOML, CSV, TSV): the words
        that its swap changes. Any other file: a word or phrase on each line.

    Raises
    ------
    DataError
        A file cannot be read or holds no word.
    UsageError
        There is no such table.

    Examples
    --------
    >>> mask, name = lexicon_of(["widow", "nun"])
    >>> mask.spans("A nun."), name
    ([(2, 5)], 'a lexicon of 2 words')
    >>> lexicon_of("gender")[1]
    'the words of gender'
    """
    from fairkit.text.protection.lexicon import LexiconMask
    from fairkit.text.rewriters import rewriter_of

    if isinstance(lexicon, str | os.PathLike):
        path = Path(lexicon)
        if path.is_file() and path.suffix.lower() not in _TABLES:
            words = _lines(path)
            return LexiconMask(words), f"the {len(words):,} words of {path.name}"
        rewriter: Any = rewriter_of(lexicon)
        return LexiconMask(rewriter), f"the words of {rewriter.attribute}"
    if callable(lexicon):
        return LexiconMask(lexicon), f"the words of {getattr(lexicon, 'attribute', 'a rewriter')}"
    mask = LexiconMask(lexicon)
    return mask, mask.description


def lexical_of(protected: Any, lexicon: Lexicon) -> tuple[Any, str] | None:
    """Read the lexicon, where it is what tells protected words.

    Raises
    ------
    UsageError
        Both say what is protected.

    Examples
    --------
    >>> lexical_of("sex", "gender") is None
    True
    """
    if protected is None:
        return lexicon_of(lexicon)
    if not (isinstance(lexicon, str) and lexicon == "gender"):
        raise UsageError("protected and lexicon both say what is protected; give one of them.")
    return None


def sources_of(
    model: Differentiable,
    readable: Readable | None,
    protected: Any,
    lexical: tuple[Any, str] | None,
    *,
    rewriter: Rewriter | None,
    asked: Asked,
    progress: Callable[[int], object] | None = None,
) -> tuple[Source, ...]:
    """Find, or train, the protected directions.

    A lexicon says where to look, and not which way. Where its words are those of a rewriter, the step from
    the rewritten text to the text itself says it; signed sensitivities are measured along that.

    Examples
    --------
    >>> from fairkit.text import GenderSwapper
    >>> from fairkit.text.judging.asked import Asked
    >>> from fairkit.text.networks.examples import tiny_classifier
    >>> model, swap = tiny_classifier(["she sings"], labels=("no", "yes")), GenderSwapper()
    >>> found = sources_of(model, None, None, lexicon_of("gender"), rewriter=swap, asked=Asked())
    >>> [(source.name, source.signed) for source in found]
    [('the step from the rewritten text', True), ('the words of gender', False)]
    """
    if isinstance(protected, str) and readable is not None:
        return (trained_source(model, readable, protected, asked, progress=progress),)
    if lexical is None:
        return (given_source(protected),)
    words = Source(lexical[0], lexical[1], signed=False)
    return (words,) if rewriter is None else (swap_source(rewriter), words)


def swap_source(rewriter: Rewriter) -> Source:
    """Point from the rewritten text to the text itself.

    Examples
    --------
    >>> from fairkit.text import GenderSwapper
    >>> swap_source(GenderSwapper()).signed
    True
    """
    from fairkit.text.protection.masks import SwapDirection

    return Source(SwapDirection(rewriter), STEP, signed=True)


def trained_source(
    model: Differentiable,
    readable: Readable,
    column: str,
    asked: Asked,
    *,
    progress: Callable[[int], object] | None = None,
) -> Source:
    """Train a protected-status model on the texts whose group is known.

    Parameters
    ----------
    model : Differentiable
    readable : Readable
        With the column among those kept.
    column : str
    asked : Asked
    progress : callable, optional

    Raises
    ------
    DataError
        No text has a group, all have the same one, or texts are too few for the folds.

    Examples
    --------
    >>> from fairkit.text.judging.asked import Asked
    >>> from fairkit.text.judging.readable import readable_of
    >>> from fairkit.text.networks.examples import tiny_classifier
    >>> from fairkit.text.rows import read_texts
    >>> verbs = ("sings", "reads", "runs", "cooks", "swims")
    >>> rows = {"text": [f"{who} {verb}" for verb in verbs for who in ("she", "he")], "sex": ["F", "M"] * 5}
    >>> texts = readable_of(read_texts(rows, text="text", keep=["sex"]))
    >>> model = tiny_classifier(rows["text"], labels=("no", "yes"))
    >>> source = trained_source(model, texts, "sex", Asked())
    >>> [(score.metric, score.value) for score in source.scores]
    [('accuracy', 1.0), ('balanced_accuracy', 1.0)]
    """
    from fairkit.text.protection.training import train_protected_model

    texts = readable.texts
    groups = [texts.columns[column][i] for i in readable.rows]
    distinct: dict[str, set[str]] = {}
    for text, group in zip(readable.written, groups, strict=True):
        if group is not None:
            distinct.setdefault(group, set()).add(text)
    rare = sorted(group for group, own in distinct.items() if len(own) < asked.folds)
    kept = [group for group in distinct if group not in rare]
    if len(kept) < 2:
        raise DataError(
            f"column '{column}' must hold two groups or more with at least {asked.folds} different texts "
            f"each (one for each fold): it has {shortlist(sorted(kept)) or 'none'}"
            + (f", and too few of {shortlist(rare)}." if rare else ".")
        )
    known = [i for i, group in enumerate(groups) if group in kept]
    clusters = None if readable.cluster is None else [int(readable.cluster[i]) for i in known]
    found = train_protected_model(
        model,
        [readable.written[i] for i in known],
        [groups[i] for i in known],
        clusters=clusters,
        folds=asked.folds,
        seed=asked.seed,
        head=asked.head,
        toward=asked.toward,
        output="logit",  # where a group is plain its probability has no slope, though the text shows it
        confidence=asked.confidence,
        batch_size=asked.batch_size,
        progress=progress,
    )
    notes = []
    unknown = sum(group is None for group in groups)
    if unknown:
        notes.append(
            f"{unknown:,} of {len(groups):,} texts have no '{column}': the protected-status model was "
            "trained on the others, and looks there towards the likelier group."
        )
    if rare:
        sizes = Counter(group for group in groups if group in rare)
        notes.append(
            "too few texts to be told apart: "
            f"{', '.join(f'{group} ({sizes[group]:,})' for group in rare[:5])}"
            f"{' and more' if len(rare) > 5 else ''}; the protected-status model does not know these groups."
        )
    own = [group if group in kept else None for group in groups]
    return Source(
        found,
        f"the column '{column}'",
        True,
        own,
        scores_of(found, column, folds=asked.folds),
        tuple(notes),
        by_word=asked.head == "encoder",
    )


def given_source(protected: Any, name: str = "as given") -> Source:
    """Take a protected direction that a caller made.

    Raises
    ------
    UsageError
        It is none.

    Examples
    --------
    >>> from fairkit.text.protection.lexicon import LexiconMask
    >>> given_source(LexiconMask(["she"])).signed
    False
    """
    from fairkit.text.protection.models import ProtectedModel

    if not callable(getattr(protected, "directions", None)):
        raise UsageError(
            "protected is a column of groups, or what has directions: a LexiconMask or a model from "
            f"train_protected_model(); it is {type(protected).__name__}."
        )
    scores: tuple[ProtectedModelScore, ...] = ()
    if isinstance(protected, ProtectedModel):
        scores = scores_of(protected, name, folds=len(protected.heads) - 1)
    described = getattr(protected, "description", name)
    return Source(
        protected,
        described,
        bool(getattr(protected, "oriented", True)),
        scores=scores,
        by_word=getattr(protected, "head", "encoder") == "encoder",
    )


def scores_of(model: ProtectedModel, attribute: str, *, folds: int) -> tuple[ProtectedModelScore, ...]:
    """Write how well a protected-status model knows the groups, as records of the report."""
    found = model.accuracy
    clusters = None if found.clusters == found.n else found.clusters
    return tuple(
        ProtectedModelScore(
            attribute,
            metric,
            limits.value,
            limits.low,
            limits.high,
            chance,
            model.groups,
            found.n,
            clusters,
            folds,
            found.method,
            None,
        )
        for metric, limits, chance in (
            ("accuracy", found.accuracy, found.majority),
            ("balanced_accuracy", found.balanced_accuracy, found.chance),
        )
    )


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError(f"the words in '{path}' cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise DataError(f"'{path.name}' is no UTF-8 text ({error.reason}); save it as UTF-8.") from None
    words = list(dict.fromkeys(line.strip() for line in text.splitlines()))
    words = [word for word in words if word and not word.startswith("#")]
    if not words:
        raise DataError(
            f"'{path.name}' holds no word; a lexicon is a text with a word or phrase on each line."
        )
    return words
