"""Gates: what a model version must show before it may go live. Each leaves a verdict with its evidence."""
