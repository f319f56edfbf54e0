"""Sinks: further destinations of predictions beside their Delta table, each idempotent for a repeated batch."""
