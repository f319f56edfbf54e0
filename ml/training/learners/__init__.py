"""The learners, behind one protocol."""
