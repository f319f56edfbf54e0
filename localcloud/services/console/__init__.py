"""A look inside: the pages of the local cloud, on the account's port, for who has opened a one-time link."""
