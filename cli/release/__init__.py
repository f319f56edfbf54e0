"""What a release is, how one is cut, and whether a checkout is the one that was cut."""
