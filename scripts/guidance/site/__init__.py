"""Facts of pages, and the MkDocs projects that are made of them; markup and words are in templates.

Reads no file of the publication and compares nothing.
"""
