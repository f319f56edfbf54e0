"""Azure Data Factory: pipelines, triggers and activities that run on this machine, and what is seen of their runs."""
