"""Work that is kept by what it was made from, and run on all cores, on a cluster, or boxed in where not trusted.

Knows nothing of documents but their errors.
"""
