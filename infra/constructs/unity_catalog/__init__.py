"""Unity Catalog: the metastore, a catalog with what is in it, its storage, its grants and masks."""
