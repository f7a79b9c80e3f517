"""Pictures from strangers: decoded and drawn anew where they can do no harm."""
