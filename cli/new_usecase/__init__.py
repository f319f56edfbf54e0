"""The parts of `mlops new-usecase`: what is asked for, what a problem begins with, and what is written."""
