"""`python -m fairkit` is the `fairkit` program, where scripts are not on the path."""

from __future__ import annotations

from fairkit.cli import main

if __name__ == "__main__":
    main()
