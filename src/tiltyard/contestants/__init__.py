"""Who may fight, and the adapters that make them answer."""
