"""What a plan does: differences, losses and drift, who notices, under which names, secrets masked."""
