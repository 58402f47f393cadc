"""Images that stand in training and in the test alike: exact, resized or compressed again, cropped."""
