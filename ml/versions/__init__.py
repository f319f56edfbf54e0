"""Model versions: what their artifact holds, and how jobs load it."""
