"""Features: the gold feature table and outcomes, and the point-in-time join of both."""
