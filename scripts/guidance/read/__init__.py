"""The room that turns a source file into a Document; it knows nothing of links, comparisons or pages."""
