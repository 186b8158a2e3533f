"""Files of texts: read as they are, written with other texts and everything else untouched."""
