"""What is read of one service or queue because somebody looks at it closely: on demand, and by nobody else.

`Details` is the port that screens ask. Nothing of it is kept, nothing of it writes, and what may be a secret is taken
out here, before it goes anywhere. What cannot be read is a `Problem` with its reason; an exception is a fault of ours.
"""

from opsconsole.probes.details.port import Details

__all__ = ["Details"]
