"""What the views of the anomaly lab show: numbers, arrays and verdicts, computed from the record of a run."""
