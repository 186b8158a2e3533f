"""Names of models on the axes of counts: what tells several models on the same rows from outputs of one."""

from __future__ import annotations

from fairkit.counts import Counts, Kind

OF_MODEL = "decision:"
"""How an axis of outcomes begins where it is a model's."""


def models_of(counts: Counts) -> tuple[str, ...]:
    """Name the models whose scores, decisions or outcomes on the same rows were counted.

    Parameters
    ----------
    counts : Counts
        Of kind ``outcomes`` only where its axes are models, not the outputs of one.

    Examples
    --------
    >>> from fairkit.counts import Axis
    >>> axes = [Axis("label", ()), Axis("decision:old", ()), Axis("decision:new", ())]
    >>> cells = [("cat", "cat", "dog")]
    >>> models_of(Counts.from_cells(Kind.CLASSES, [], [()], [[3, 0, 0, 0]], axes=axes, axis_cells=cells))
    ('old', 'new')
    """
    if counts.kind is Kind.OUTCOMES:
        return tuple(axis.name.removeprefix(OF_MODEL) for axis in counts.axes)
    named = [axis.name.partition(":")[2] for axis in counts.axes]
    return tuple(dict.fromkeys(name for name in named if name))


def has_models(counts: Counts) -> bool:
    """Tell whether several models on the same rows were counted, as the names of the axes say.

    Examples
    --------
    >>> from fairkit.counts import Axis
    >>> axes = [Axis("decision:old", ()), Axis("decision:new", ())]
    >>> has_models(Counts.from_cells(Kind.OUTCOMES, [], [()], [[3]], axes=axes, axis_cells=[("tp", "fn")]))
    True
    """
    if counts.kind is Kind.OUTCOMES and not all(axis.name.startswith(OF_MODEL) for axis in counts.axes):
        return False
    return len(models_of(counts)) > 1
