"""The four legs: table, HDL, exact table and a model's table held against each other."""
