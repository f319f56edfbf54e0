"""Routes of settings and configuration."""
