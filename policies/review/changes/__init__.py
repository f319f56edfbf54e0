"""The effects of a plan: differences, losses, drift, affected users and names, with secrets masked."""
