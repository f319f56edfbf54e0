"""The policy scan: this platform's checks and checkov's own over all stacks, against one file of waivers."""
