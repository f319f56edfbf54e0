"""What the stacks cost a month: counted in the stacks themselves, by a dated list of prices."""
