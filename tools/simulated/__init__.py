"""A server that plays an imperfect model. Whatever it answers is simulated, never a model's score."""
