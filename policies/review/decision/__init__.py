"""What may happen with a plan: the rules, the verdict, and the findings that are new."""
