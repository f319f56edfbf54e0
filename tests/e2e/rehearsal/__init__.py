"""A rehearsal of the pipelines on one machine: their own steps, with the local cloud in place of Azure."""
