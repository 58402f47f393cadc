"""What a restoration costs: multiply-adds, time and memory."""
