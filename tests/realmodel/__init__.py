"""One run of a real model behind the service: what it wrote, and what left."""
