"""AI/BI dashboards as they are deployed, drawn here: their document, the answers to their queries, one HTML file."""
