"""The room that measures this project beside what a user would pick instead; it publishes nothing."""
