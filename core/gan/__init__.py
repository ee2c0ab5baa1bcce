"""A generator and a discriminator against each other: points of the plane, then pictures of digits."""
