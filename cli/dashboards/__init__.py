"""Deployed AI/BI dashboards, drawn here: their document, the results of their queries, one HTML file."""
