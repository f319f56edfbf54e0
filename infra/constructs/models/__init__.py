"""A model's resources: experiment, registered model, online features, endpoint, monitor of its predictions."""
