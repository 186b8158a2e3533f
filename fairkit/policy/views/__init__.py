"""Views of the gate: every form in which a decision is shown, each a pure function of the same data."""
