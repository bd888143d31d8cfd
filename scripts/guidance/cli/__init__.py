"""The command line: arguments, progress, messages; the only place that prints.

What a command does is done elsewhere.
"""


def one_line(said: object) -> str:
    """What is said, safe to print: the name of a file may hold line ends, and codes that a terminal obeys."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(said))
