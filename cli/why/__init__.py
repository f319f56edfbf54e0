"""What is behind one score: the version, its data, the features as they were, and what each contributed."""
