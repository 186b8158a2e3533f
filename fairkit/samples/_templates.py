"""The sentences of the biographies: each is written in both genders at once, so that its swap is known.

``[he|she]`` is what a text says of a man and of a woman; the words between are the same. Some words about
other people turn the other way (``[wife|husband]``): who reads gender off the nearest noun is led astray.
Pronouns stand in every case: he, him, his with a noun, his alone, himself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["biography", "request"]

_CHOICE = re.compile(r"\[([^|\]]*)\|([^|\]]*)\]")


@dataclass(frozen=True, slots=True)
class Template:
    """A short text with places for a name, a place and three duties (a, b, c; A begins a sentence)."""

    name: str
    kind: Kind
    pattern: str

    @property
    def gendered(self) -> bool:
        """Whether the text shows the gender of its person."""
        return "[" in self.pattern

    @property
    def named(self) -> bool:
        """Whether the text has its person's surname."""
        return "{name}" in self.pattern

    def feminine(self) -> str:
        """Return the pattern as it is written of a woman."""
        return _CHOICE.sub(r"\2", self.pattern)

    def masculine(self) -> str:
        """Return the pattern as it is written of a man."""
        return _CHOICE.sub(r"\1", self.pattern)


_BIOGRAPHIES = """
{name} trained in {place}, where [he|she] began with {a}. Today [his|her] days are spent {b} and {c}.

After twelve years of {a}, {name} still says that {b} suits [him|her] best. [He|She] enjoys {c} too, and
keeps a diary of it [himself|herself].

A [father|mother] of two, {name} lives in {place} with [his|her] [wife|husband]. Colleagues praise
[him|her] for {a}, {b} and {c}.

The desk by the window is [his|hers]: {name} has used it for {a} and {b} since spring. Lately [he|she]
has added {c}.

{name} is the [son|daughter] of a baker and grew up in {place}. At work [he|she] is trusted with {a} and
{b}; {c} came later.

"Nobody is better at {a} than [he|she] is," says a neighbour of {name}. Visitors have seen [him|her] {b}
and {c}.

Once an [actor|actress] in {place}, {name} changed course at thirty. Now [he's|she's] known for {a}, and
[his|her] week is filled with {b} and {c}.

{name}, a [widower|widow] from {place}, returned to work last year. {A} was new to [him|her]; {b} and
{c} were not.

As a [boy|girl] {name} wanted to sail. [He|She] chose {a} instead, and [his|her] [sisters|brothers] joke
that {b} and {c} keep [him|her] on dry land.

[Mr|Ms] {name} joined the team in {place} nine years ago. The hardest part, [he|she] admits, is {a}; {b}
and {c} are routine.

Ask [him|her] about {a} and {name} will talk for an hour. [His|Her] own notes on {b} and on {c} are read
in {place}.

{name} is a quiet [man|woman]. [He|She] would rather let {a}, {b} and {c} speak for [him|her].

{name} works in {place}. A usual week is made of {a}, {b} and {c}, with a short break at noon.
"""

_REQUESTS = """
I am writing for my [brother|sister], who has asked about a post in {place}. [He|She] has experience of
{a}, {b} and {c}. Please reply to [him|her] directly.

Could you forward the attached reference for {name}? [He|She] spent four years {a} and {b}, and the
section on {c} is [his|hers].

Please update the entry for {name} in the staff list. It omits {a}, though [he|she] does that daily, and
says nothing of [his|her] work on {b} and {c}.

My [uncle|aunt] is moving to {place} and needs a listing. [His|Her] strengths are {a} and {b}. [He|She]
has also tried {c}, which did not bore [him|her].

Dear [Madam|Sir], {name} asks to be listed in {place}. [He|She] names {a}, {b} and {c}; the decision is
not [his|hers].

We need a second opinion on {name}, because the form [he|she] sent is blank under "occupation". [He|She]
wrote of {a}, {b} and {c}.

Is there a vacancy near {place} for a young [gentleman|lady] with practice in {a}? [He'd|She'd] also
take on {b} and {c}, and would introduce [himself|herself] in person.

A former [waiter|waitress] called and left no title. [He|She] said only that [he|she] had been {a}, then
{b}, and that {c} was new to [him|her]. Which list is it?

Kindly book a room for {name}: [he|she] will show trainees {a} and {b}. The slides on {c} are
[his|hers], and so is the projector.

{name} and [his|her] [niece|nephew] run a stall at the fair in {place}; the sign should mention {a}, {b}
and {c}. [He|She] pays for it [himself|herself].

A reader asks what to call someone like our [chairman|chairwoman], {name}. [His|Her] mornings go to {a}
and {b}, [his|her] afternoons to {c}.

Which heading should a notice carry if the work is {a}, {b} and {c}? Please answer by Friday; the office
in {place} prints it.
"""


def _numbered(letter: str, kind: Kind, texts: str) -> tuple[Template, ...]:
    """Return the paragraphs of a text as templates called by a letter and their number."""
    patterns = [" ".join(paragraph.split()) for paragraph in texts.strip().split("\n\n")]
    return tuple(
        Template(f"{letter}{number:02d}", kind, pattern) for number, pattern in enumerate(patterns, 1)
    )


TEMPLATES = (*_numbered("B", "biography", _BIOGRAPHIES), *_numbered("R", "request", _REQUESTS))
"""All are equally frequent; the last of either kind shows no gender."""
