"""Workspace files, files of volumes, and secrets."""
