"""The room that turns a source file into a Document; it knows nothing of links, comparisons or pages."""

from guidance.read.pipeline import PendingRead, begin_reading, read_document

__all__ = ["PendingRead", "begin_reading", "read_document"]
