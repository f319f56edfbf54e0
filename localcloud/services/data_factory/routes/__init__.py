"""Routes of pipeline runs."""
