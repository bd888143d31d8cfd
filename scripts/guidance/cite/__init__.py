"""How one cites a place: the one grammar, what a citation resolves to, and how a place is said.

No other room has patterns of its own for this.
"""
