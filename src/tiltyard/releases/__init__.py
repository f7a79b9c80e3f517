"""What goes out: exports, training data, and releases that people can check."""
