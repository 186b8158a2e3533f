"""The parts of an ONNX file counted before it is parsed, so that eight mebibytes stay that.

A file of four million empty nodes parses to half a gigabyte. Counting walks the bytes of the protobuf format
without building anything, stops at the limits, and refuses at once what no bounty runs: graphs inside nodes,
functions, training information, sparse tensors and tensors kept in other files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from fairkit.errors import ClaimError

MOST_BYTES = 8 * 1024 * 1024
"""The largest ONNX file that is looked at."""

MOST_MESSAGES = 20_000
"""Nodes, attributes, tensors, inputs and other parts that a file may have."""

MOST_FIELDS = 250_000
"""Values that a file may have, runs of numbers counted once."""

_VARINT, _EIGHT, _LENGTH, _FOUR = 0, 1, 2, 5
_LONGEST_VARINT = 10


@dataclass(frozen=True, slots=True)
class _Message:
    """A kind of message: which of its fields are messages, and which are refused."""

    parts: dict[int, _Message] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)


_LEAF = _Message()
_DIMENSIONS = _Message({1: _Message({1: _LEAF})})
_TYPE = _Message(
    {1: _Message({2: _DIMENSIONS})},
    dict.fromkeys((4, 5, 7, 8, 9), "a value that is no tensor"),
)
# ZipMap's output is a sequence; outputs after the first are dropped, so their types are counted only.
_ANY_TYPE = _Message()
_ANY_TYPE.parts.update(
    {1: _Message({2: _DIMENSIONS}), 4: _Message({1: _ANY_TYPE}), 5: _Message({2: _ANY_TYPE})}
)
_TENSOR = _Message({16: _LEAF}, {3: "a tensor in segments", 13: "a tensor kept in another file"})
_ATTRIBUTE = _Message(
    {5: _TENSOR, 10: _TENSOR},
    {
        6: "a graph inside a node (Loop, Scan, If)",
        11: "graphs inside a node",
        14: "a type as an attribute",
        15: "types as attributes",
        22: "a sparse tensor",
        23: "sparse tensors",
    },
)
_NODE = _Message({5: _ATTRIBUTE, 9: _LEAF}, {10: "a device configuration"})
_GRAPH = _Message(
    {
        1: _NODE,
        5: _TENSOR,
        11: _Message({2: _TYPE, 4: _LEAF}),
        12: _Message({2: _ANY_TYPE, 4: _LEAF}),
        13: _Message({2: _ANY_TYPE, 4: _LEAF}),
        16: _LEAF,
    },
    {14: "a quantization annotation", 15: "a sparse tensor"},
)
_MODEL = _Message(
    {7: _GRAPH, 8: _LEAF, 14: _LEAF},
    {20: "training information", 25: "functions of its own", 26: "a device configuration"},
)

BROKEN = "the file is no ONNX model, or it is damaged."
"""What is said of bytes that cannot be read."""


def refuse_too_much(content: bytes) -> None:
    """Count the parts of an ONNX file.

    Raises
    ------
    ClaimError
        It is too large, has too many parts, or a part that no bounty runs.

    Examples
    --------
    >>> refuse_too_much(bytes([0x3A, 2, 0x0A, 0]))  # a graph with an empty node
    >>> refuse_too_much(bytes([0xCA, 0x01, 0]))  # a function
    Traceback (most recent call last):
    ...
    fairkit.errors.ClaimError: the model has functions of its own, which bounties do not run.
    """
    if len(content) > MOST_BYTES:
        raise ClaimError(f"the model is too large: at most {MOST_BYTES // 1024**2} MiB are read.")
    messages = fields = 0
    waiting = [(0, len(content), _MODEL)]
    while waiting:
        place, end, kind = waiting.pop()
        while place < end:
            fields += 1
            if fields > MOST_FIELDS:
                raise ClaimError(f"the model has more than {MOST_FIELDS:,} values.")
            start = place
            tag, place = (
                (octet, place + 1) if (octet := content[place]) < 0x80 else _varint(content, place, end)
            )
            number, wire = tag >> 3, tag & 7
            if number in kind.refused:
                raise ClaimError(f"the model has {kind.refused[number]}, which bounties do not run.")
            if wire == _LENGTH:
                length, place = _varint(content, place, end)
                if length > end - place:
                    raise ClaimError(BROKEN)
                if number in kind.parts:
                    messages += 1
                    if messages > MOST_MESSAGES:
                        raise ClaimError(f"the model has more than {MOST_MESSAGES:,} parts.")
                    waiting.append((place, place + length, kind.parts[number]))
                place += length
            else:
                place = _past_numbers(content, start, place, end)


def _varint(content: bytes, place: int, end: int) -> tuple[int, int]:
    value = shift = 0
    for place in range(place, min(end, place + _LONGEST_VARINT)):  # noqa: B020, PLR1704
        octet = content[place]
        value |= (octet & 0x7F) << shift
        if octet < 0x80:
            return value, place + 1
        shift += 7
    raise ClaimError(BROKEN)


def _past_numbers(content: bytes, start: int, place: int, end: int) -> int:
    """Find the end of a number; of a run of numbers where the field is one of the first fifteen."""
    wire = content[start] & 7
    # Patterns are kept, so there must not be as many as a file has ways to write a tag.
    match = _run(content[start]).match(content, start, end) if place == start + 1 else None
    if match is None:
        match = _ONE[wire].match(content, place, end) if wire in _ONE else None
    if match is None:
        raise ClaimError(BROKEN)
    return match.end()


_NUMBERS = {_VARINT: rb"[\x80-\xff]{0,9}[\x00-\x7f]", _EIGHT: rb".{8}", _FOUR: rb".{4}"}
_ONE = {wire: re.compile(number, re.DOTALL) for wire, number in _NUMBERS.items()}


@cache
def _run(tag: int) -> re.Pattern[bytes]:
    number = _NUMBERS.get(tag & 7, rb"(?!)")
    return re.compile(b"(?:" + re.escape(bytes([tag])) + number + b")+", re.DOTALL)
