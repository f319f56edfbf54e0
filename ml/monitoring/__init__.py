"""Monitoring: compares each arrived period with the live version's training data; then nothing, alert or retrain."""
