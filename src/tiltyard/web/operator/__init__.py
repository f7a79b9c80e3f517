"""What only the operator may see: how the worker, labelling and endpoints are doing."""
