"""Life-long learning: one network, a stream of tasks, and what it takes not to forget the first."""
