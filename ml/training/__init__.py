"""Training: from versioned gold tables to a registered model version."""
