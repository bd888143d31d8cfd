"""The command line: arguments, progress, messages; the only place that prints.

What a command does is done elsewhere.
"""
