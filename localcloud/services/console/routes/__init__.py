"""The REST routes of this service."""
