"""Online feature stores: feature tables published for look-up by key."""
