"""Two documents become changes, and all of them lineages.

Reads no file and prints nothing.
"""
