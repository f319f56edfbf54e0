"""Compute in a workspace: its limits, jobs and their triggers."""
