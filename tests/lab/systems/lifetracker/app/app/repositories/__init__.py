"""All SQL is in here."""
