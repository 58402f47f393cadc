"""Parts that several networks or losses are made of; none is a network itself."""
