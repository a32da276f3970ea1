"""The pure core: same input, same output; no clock, file, network, environment or log."""
