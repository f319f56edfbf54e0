"""Who gains and who loses what: access read out of resources, by their types."""
