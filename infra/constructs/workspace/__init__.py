"""The workspace: the resource in Azure, its settings, its objects and their permissions."""
