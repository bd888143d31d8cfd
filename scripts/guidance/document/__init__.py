"""The frozen types of a document, how one walks them, its anchors, and the register of editions.

Imports no other room.
"""
