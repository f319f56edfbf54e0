"""What can be fitted, behind one protocol."""
