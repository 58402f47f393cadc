"""Trained restorers in the forms of other programs."""
