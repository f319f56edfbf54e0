"""Tests of what is exported to places beside Databricks."""
