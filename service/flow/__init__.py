"""The order of the steps; knows core and ports, nothing else."""
