"""What Home shows: the films of its living picture, the eight labs, and what is being trained now."""
