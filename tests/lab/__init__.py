"""The real parts that tests run against: each module starts one kind and removes every trace of it."""
