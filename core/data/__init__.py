"""One file per data set; each is read once per process."""
