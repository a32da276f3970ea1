"""The long forms of the promises, with their figures: `make chaos`."""
