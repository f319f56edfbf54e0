"""What computes in a workspace, within which limits, and what starts it."""
