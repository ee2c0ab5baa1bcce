"""Network compression: distillation, pruning of neurons and of weights, redesign, quantisation, Deep Compression."""
