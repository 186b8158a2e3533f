"""Gendered English words: what they become when roles are reversed, and what decides where a word has two."""
