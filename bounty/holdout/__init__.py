"""The holdout: a host's rows enter by one door, are coarsened, split in three and kept in files."""
