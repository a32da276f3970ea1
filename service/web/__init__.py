"""The HTTP edge: turns bytes into core values and back, and decides nothing."""
