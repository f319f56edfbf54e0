"""Routes of the account: network policies and connectivity."""
