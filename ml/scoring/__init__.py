"""Scoring: the live model's predictions for rows that have none yet."""
