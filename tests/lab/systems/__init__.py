"""The five systems in small, from real parts: one package a system, and one harness that breaks and repairs them."""
