"""How often monitoring is wrong: `python -m bench.monitoring_errors` writes docs/monitoring-errors.md."""
