"""Mathematics of ratings: arrays in, frozen results out; no files, no clock, no names."""
