"""Routes of Azure: discovery, tokens, Azure Resource Manager, and the data plane of key vaults."""
