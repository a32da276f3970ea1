"""Seeded bugs: each must be caught by the tests that prove its promise."""
