"""Unity Catalog: records of securables, and who may do what with them."""
