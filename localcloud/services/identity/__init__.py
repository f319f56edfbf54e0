"""Users, groups, service principals, tokens, assignments and object permissions."""
