"""Workspace files, volumes' files and secrets."""
