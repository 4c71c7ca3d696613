"""The stack file: its form, loading it with good errors, finding it, and finding out what is on the box."""
