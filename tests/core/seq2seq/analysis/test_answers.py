"""An answer beside the right one: what is wrong, left out or too much."""

from core.seq2seq.analysis import answers


def kinds(row):
    return [(tile.token, tile.kind, tile.below) for tile in row]


def test_what_is_wrong_has_the_right_token_below():
    assert kinds(answers.compared(["K", "AE", "T"], [1, 0.5, 1], [["K", "AA", "T"]])) == [
        ("K", "said", ""),
        ("AE", "wrong", "AA"),
        ("T", "said", ""),
    ]
    assert kinds(answers.compared(["K", "T"], [], [["B"], ["K", "AE", "T"]])) == [
        ("K", "said", ""),
        ("", "left out", "AE"),
        ("T", "said", ""),
    ]
    assert kinds(answers.compared(["K", "T"], [], [["K"]])) == [("K", "said", ""), ("T", "wrong", "–")]
    assert kinds(answers.compared(["K"], [], [])) == [("K", "said", "")], "nobody knows"
    sure = [tile.sure for tile in answers.compared(["K", "T"], [0.5, 0.25], [["K", "AE", "T"]])]
    assert sure == [0.5, 0.0, 0.25]


def test_what_is_copied_looks_different_unless_it_is_wrong():
    tiles = answers.compared(["a", "7", "8"], [1, 1, 1], [["a", "7", "9"]], [0.9, 0.1, 0.2])
    assert kinds(tiles) == [("a", "said", ""), ("7", "copied", ""), ("8", "wrong", "9")]
    assert [tile.kind for tile in answers.compared(["a", "7"], [1, 1], [], [0.9, 0.1])] == ["said", "copied"]


def test_an_answer_is_right_wrong_or_unknown():
    assert [answers.right(["K"], known) for known in ([["K"]], [["T"]], [["T"], ("K",)], [])] == [
        True,
        False,
        True,
        None,
    ]
    assert answers.joined(("K", "AE")) == "K AE" and answers.joined("19") == "19"


def test_an_answer_gets_a_mark_where_it_is_known():
    assert [answers.tick(["K"], known) for known in ([["K"]], [["T"]], [])] == ["✓", "✗", ""]


def test_what_is_too_long_ends_in_dots():
    row = answers.plain("abcd")
    assert answers.cut(row, 4) == row and [tile.token for tile in answers.cut(row, 3)] == ["a", "b", answers.MORE]
