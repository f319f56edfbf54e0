"""Inference tables: requests and answers of endpoints as rows of a Unity Catalog table."""
