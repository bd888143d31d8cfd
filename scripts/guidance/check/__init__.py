"""Whether a built site holds what it promises: links, permanence, reading ages, weight.

Changes nothing and builds nothing.
"""
