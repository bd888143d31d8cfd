"""The engine: reads official guidance into one document model, compares editions, prints a site.

It knows nothing of any one publication; whatever is particular to one stands in that publication's register.
"""
