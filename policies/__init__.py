"""Checks before a change goes live: policy scan, plan review and access review. Reads only JSON."""
