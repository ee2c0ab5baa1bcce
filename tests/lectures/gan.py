"""What holds the numbers of the lecture: see tests/lectures/claims.py."""

CLAIMS = []
