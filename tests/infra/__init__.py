"""Tests of the infrastructure, on the documents it synthesizes."""
