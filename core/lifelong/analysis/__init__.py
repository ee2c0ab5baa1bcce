"""What the views of the life-long learning page show: pure functions of a run's record."""
