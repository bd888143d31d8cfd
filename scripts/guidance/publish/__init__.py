"""The room that prints Documents, comparisons and the register as a site; it decides no text."""
