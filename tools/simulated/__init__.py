"""A server that plays an imperfect model: what it answers is simulated, and no model's score."""
