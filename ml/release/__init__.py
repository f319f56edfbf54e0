"""Release: a version goes live or comes back, on its alias and its endpoint, and the move is recorded."""
