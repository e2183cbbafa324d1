"""Language models in the loop: what they are asked, what they answer, what is kept of it."""
