"""Promotion: the champion alias moves, and the move is recorded."""
