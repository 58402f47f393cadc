"""unjpeg: train, benchmark and use networks that remove JPEG artifacts."""
