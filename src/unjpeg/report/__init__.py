"""From score files to tables, figures, crops and one page."""
