"""What of this box can be seen from here, what is missing, and the command that mends it. It only looks."""
