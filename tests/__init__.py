"""The tests of opsconsole: one folder a package, what they share in support/, the real parts in lab/."""
