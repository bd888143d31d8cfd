"""What is laid over a text: references to law and places, duties, terms, by offset into text that never changes.

Prints nothing.
"""
