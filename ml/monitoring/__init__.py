"""Monitoring: each arrived month held against the live version's training data; then nothing, alert or retrain."""
