"""Effects: one file per outside thing."""
