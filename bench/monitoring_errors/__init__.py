"""Error rates of monitoring: `python -m bench.monitoring_errors` writes docs/monitoring-errors.md."""
