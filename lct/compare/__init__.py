"""Tables held against HDL and against each other."""
