"""The generator of use cases."""
