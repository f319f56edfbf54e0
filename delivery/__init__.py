"""The pipelines' work besides `make`: comments on pull requests, tickets about drift, proposals of renewed lists.

`Host` is the interface of both pipeline systems; `delivery.hosts` selects one by the variables of the run.
"""
