"""Online serving: the endpoint answers with the live version."""
