"""Plans and synthesized stacks, read once for all products of this room."""
