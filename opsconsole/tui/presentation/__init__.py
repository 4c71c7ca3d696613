"""What is to be drawn, worked out from the model by pure functions: no widgets, no reading, no clock of their own."""
