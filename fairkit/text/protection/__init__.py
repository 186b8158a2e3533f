"""What is protected: where in a text, and in which direction of its embeddings, an attribute shows.

A lexicon says it word by word; a protected-status model learns it from texts whose group is known, so that
what merely goes along with the attribute counts too.
"""
