"""Routes that exist only locally: workspaces, the clock, what was deployed."""
