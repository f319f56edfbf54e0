"""A model's places: experiment, registered model, online features, endpoint, monitor of its predictions."""
