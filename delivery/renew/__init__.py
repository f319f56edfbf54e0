"""Renews lists that go out of date: prices, node types, and the hosts that clusters must reach.

Each list is a YAML file with its own comments and layout, so only the values are replaced, and a person reviews the
difference in a pull request. A source that returns too little changes nothing.
"""
