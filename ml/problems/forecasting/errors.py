"""What is wrong with data that shall be forecast."""


class ForecastError(ValueError):
    """Data that cannot be forecast: every finding with its rows and what to change."""
