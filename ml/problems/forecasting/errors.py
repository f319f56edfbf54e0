"""The error for data that cannot be forecast."""


class ForecastError(ValueError):
    """Data that cannot be forecast: every finding with its rows and the remedy."""
