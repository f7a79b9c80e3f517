"""Mathematics of ratings: arrays in, frozen results out."""
