"""Looks the lists up that go out of date: prices, node types, and the hosts that clusters must reach.

Each list is a YAML file with comments and layout of its own, so only the values are replaced, and a person compares the
difference in a pull request. A source that answers too little changes nothing.
"""
