"""Azure's storage accounts, the vault with their encryption keys, and the locks on both."""
