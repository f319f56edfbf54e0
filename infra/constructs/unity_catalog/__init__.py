"""Unity Catalog: the metastore, a catalog with its content, its storage, its grants and masks."""
