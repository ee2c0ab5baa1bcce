"""What the views of the transfer learning page show: pure functions of a run's record."""
