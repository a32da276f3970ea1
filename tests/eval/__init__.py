"""How well the checker judges labelled replies: `python -m tests.eval`, printed as tables."""
