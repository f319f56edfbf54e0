"""The scoring server: one model version behind HTTP, with its features looked up. It imports no other room."""
