"""Classification: will it happen, and which of several is it."""
