"""Figures by hand: ratios to a baseline measured in the same run."""
