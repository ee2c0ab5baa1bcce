"""Tables that no sweep makes: made once, each row of a finished run."""

from core import yardsticks


def test_a_table_is_made_once(tmp_path):
    yardsticks.make_tables(tmp_path, {"a.csv": lambda: iter([{"seed": 0, "x": 1.5}])})
    assert (tmp_path / "a.csv").read_text() == "seed,x,state\n0,1.5,finished\n"
    yardsticks.make_tables(tmp_path, {"a.csv": lambda: iter([{"seed": 0, "x": 2.5}])})
    assert "2.5" not in (tmp_path / "a.csv").read_text(), "a table that is there stays"
