"""Anybody's pictures: opened, restored and written again. For command line, library and web page."""
