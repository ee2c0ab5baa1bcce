"""Adversarial attack: changes that nobody sees and that fool a network, and what helps against them."""
