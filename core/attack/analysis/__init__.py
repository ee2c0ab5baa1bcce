"""What the views of the adversarial attack page show: numbers and verdicts, computed from a run or from its subject."""
