"""Examples: what several stages read of gold tables in the same way."""
