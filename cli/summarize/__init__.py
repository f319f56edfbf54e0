"""The summary of `mlops summarize`: two passes in SQL, whatever the table's width, without fetching rows."""
