"""Azure's storage accounts, the vault with the keys that encrypt them, and the locks that guard both."""
