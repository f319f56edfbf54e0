"""Where predictions go beside the lake: event hubs, and a PostgreSQL server."""
