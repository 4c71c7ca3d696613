"""Telling people: what of a round is news, what they were told of it already, and by which ways it still has to go."""
