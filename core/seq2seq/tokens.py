"""The tokens that every vocabulary of the lab begins with. No torch here: the page names tokens before it draws its first picture."""

PAD, BOS, EOS = 0, 1, 2
