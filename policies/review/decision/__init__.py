"""The decision on a plan: the rules, the verdict, and the new findings."""
