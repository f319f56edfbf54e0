"""Destinations of predictions outside the lake: event hubs, and a PostgreSQL server."""
