"""Published boards: snapshots, as they are made and as people read them."""
