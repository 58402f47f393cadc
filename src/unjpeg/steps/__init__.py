"""Verbs, one per rule: read files, call, write files."""
