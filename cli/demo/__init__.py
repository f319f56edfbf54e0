"""The parts of `mlops demo`: what arrives, and what is shown and checked at the end."""
