"""The monitors that every model has, and the one that asks the model's problem for its own."""
