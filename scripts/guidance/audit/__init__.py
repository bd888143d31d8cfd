"""Other people's pages, read for what they say of the guidance: references, quotations, names out of use."""
