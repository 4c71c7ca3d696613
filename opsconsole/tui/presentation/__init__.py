"""Pure: from the model to what is drawn."""
