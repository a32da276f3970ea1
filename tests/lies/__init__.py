"""A model that lies: whatever it answers, no bad text leaves, and nearly every draft still gets an answer."""
