"""The scan for secrets in clear text: repository, synthesized stacks, plans, logs and reports."""
