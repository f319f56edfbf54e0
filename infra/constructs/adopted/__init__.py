"""Existing resources: data sources, with the conditions that a plan requires of them. Creates nothing."""
