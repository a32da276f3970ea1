"""What the macro formats are made of: the shapes they hand out, and readers that know where each byte stands."""
