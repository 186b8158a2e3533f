"""Write the families of British spellings from the list of an installed openai-whisper.

    python tests/plugins/make_spelling_families.py > fairkit/speech/normalizers/spelling_families.txt

Each pair is split into a stem, the letters that differ and an ending; stems with the same letters and the
same endings share a line. A key of more than one word, which no word of a text can equal, is left out.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Mapping
from importlib.metadata import files
from pathlib import Path

SHIPPED = Path(__file__).parents[2] / "fairkit/speech/normalizers/spelling_families.txt"
HEADER = """\
# British and American spellings, `british>american endings: stems` (fairkit/speech/normalizers/spelling.py).
# The pairs are those of Whisper's English normaliser (openai-whisper, MIT licence), for identical output.
"""


def whisper_spellings() -> dict[str, str]:
    """Read the list of the installed package."""
    found = [path for path in files("openai-whisper") or [] if path.name == "english.json"]
    return json.loads(found[0].read_text(encoding="utf-8"))


def families(pairs: Mapping[str, str]) -> list[str]:
    """Fold pairs into lines."""
    endings = defaultdict(set)
    for british, american in pairs.items():
        if " " in british:
            continue
        stem = british[: _alike(british, american)]
        rest = (british[len(stem) :], american[len(stem) :])
        ending = rest[0][len(rest[0]) - _alike(rest[0][::-1], rest[1][::-1]) :]
        letters = ">".join(part.removesuffix(ending) for part in rest)
        endings[letters, stem].add(ending)
    stems = defaultdict(list)
    for (letters, stem), of_stem in endings.items():
        stems[letters, tuple(sorted(of_stem))].append(stem)
    return sorted(
        f"{letters} {','.join(e or '.' for e in shared)}: {' '.join(sorted(s or '.' for s in found))}"
        for (letters, shared), found in stems.items()
    )


def _alike(one: str, other: str) -> int:
    """Count the letters with which both begin."""
    same = (a == b for a, b in zip(one, other, strict=False))
    return next((i for i, alike in enumerate(same) if not alike), min(len(one), len(other)))


if __name__ == "__main__":
    sys.stdout.write(HEADER + "\n".join(families(whisper_spellings())) + "\n")
