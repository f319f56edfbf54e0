"""The run report: one self-contained HTML page that tells what happened to someone who wasn't there."""
