"""Tests of dashboards that are drawn here."""
