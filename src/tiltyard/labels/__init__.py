"""Facts about a battle that are found later."""
