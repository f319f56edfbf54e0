"""The run report: one self-contained HTML page that explains a run to someone who was not there."""
