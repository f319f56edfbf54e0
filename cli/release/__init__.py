"""A release: its content, how to cut one, and whether a checkout is the one that was cut."""
