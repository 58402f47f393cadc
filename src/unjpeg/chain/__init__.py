"""Records beside outputs: what made a file, of what, with which code; and whether that still holds.

Snakemake knows this too, but only here (`.snakemake/`), only of what it ran, and not of the bytes.
"""
