"""What must be derived next: label it, refit it, publish it."""
