"""The room that sets two Documents side by side; it reads no source and prints no page."""
