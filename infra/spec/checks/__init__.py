"""Rules that apply between settings and between files, by topic."""
