"""Settings and configuration of workspaces."""
