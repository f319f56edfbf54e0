"""The basis of every service: store, identity, access control, errors, clock, processes."""
