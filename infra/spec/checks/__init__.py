"""Rules that hold between settings and between files, by what they are about."""
