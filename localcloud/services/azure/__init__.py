"""Azure's own resources: Azure Resource Manager as a store with a file per kind of behaviour, tokens, and vaults."""
