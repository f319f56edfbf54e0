"""Monitoring: each arrived period held against the live version's training data; then nothing, alert or retrain."""
