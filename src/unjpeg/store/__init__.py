"""HDF5 and weight files: layouts, writers, readers."""
