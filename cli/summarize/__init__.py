"""What `mlops summarize` says of a table: two passes in SQL, whatever its width, and no row fetched."""
