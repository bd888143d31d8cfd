"""The room that finds citations and duties in a Document that is already read; it changes no text."""
