"""Gates: the checks that a model version must pass before it may go live. Each records a verdict with its evidence."""
