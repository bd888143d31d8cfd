"""The rooms brought together: one module for each thing that a command does.

Reads and prints nothing itself.
"""
