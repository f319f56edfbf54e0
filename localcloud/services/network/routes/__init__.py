"""Account routes of network policies and connectivity configurations."""
