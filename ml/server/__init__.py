"""The scoring server: one model version behind HTTP, with feature look-up. It imports no other room."""
