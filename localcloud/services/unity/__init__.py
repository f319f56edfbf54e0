"""Unity Catalog: securables, and access to them."""
