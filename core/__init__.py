"""Everything in Lectern that would still be true without a browser: data, networks, training, runs and jobs."""
