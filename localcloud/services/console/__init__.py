"""The pages of `mlops console`, on the account's port, for admins with a session."""
