"""How a study stands: what is there, what runs, what would run, what nothing needs any more."""
