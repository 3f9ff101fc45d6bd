"""What loads, and whether it may: elements, attributes, scripts, and the limits of what is read."""
