"""Sequence to sequence: an encoder reads, a decoder writes, and attention lets it look back."""
