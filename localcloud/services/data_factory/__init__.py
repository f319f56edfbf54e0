"""Azure Data Factory: pipelines, triggers and activities, run on this machine, and the monitoring of their runs."""
