"""What every service stands on: store, identity, access control, errors, clock, processes."""
