"""How texts become comparable before they are aligned: the normalisers, and the rules of users.

Their common door is :mod:`fairkit.speech.normalize`.
"""
