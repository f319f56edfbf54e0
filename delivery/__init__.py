"""What the pipelines do beside `make`: comments on pull requests, tickets about drift, proposals of renewed lists.

Both pipeline systems are one `Host`, which `delivery.hosts` finds by the variables of the run.
"""
