"""The monthly cost of the stacks: resources counted in the stacks, with a dated list of prices."""
