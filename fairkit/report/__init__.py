"""The report and its views: JSON, frame, text, Markdown and one self-contained page."""
