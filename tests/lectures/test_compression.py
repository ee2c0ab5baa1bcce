"""What the compression lecture says without a number, held by the tables and shipped runs."""

from core import yardsticks
from core.compression.analysis import ticket
from core.record import Record
from core.yardsticks import Result, Yardstick
from tests.lectures.claims import run, summary, sweep


def mean(arguments: str, column: str) -> Result:
    return sweep("compression", arguments, column).mean


def test_scratch_is_at_least_as_good_as_slimmed():
    assert mean("--method slim", "result_control_accuracy") >= mean("--method slim", "result_accuracy")


def test_the_right_choices_are_right_in_every_seed():
    few, omit, slim = (
        yardsticks.read("compression", Yardstick("", arguments, "", "", "", "").table)
        for arguments in ("--method distill --labels 5", "--method distill --omit 3 --temperature 8", "--method slim")
    )
    assert min(points(row, "accuracy", "control_accuracy") for row in few) >= 5
    assert min(float(row["result_omitted_accuracy"]) for row in omit) > 50
    assert max(points(row, "accuracy", "control_accuracy") for row in slim) < 1


def points(row: dict[str, str], one: str, other: str) -> float:
    """By how many points one figure of a row is above another."""
    return float(row[f"result_{one}"]) - float(row[f"result_{other}"])


def test_the_student_comes_near_its_teacher_and_all_labels_shrink_its_gain_below_a_point():
    few, many = "--method distill --labels 5", "--method distill"
    assert mean(few, "result_teacher_accuracy") - mean(few, "result_accuracy") < 0.5
    assert 0 < mean(many, "result_accuracy") - mean(many, "result_control_accuracy") < 1


def test_each_step_of_deep_compression_saves_less_than_the_one_before_and_costs_nothing():
    full, pruned, shared, coded = (size for _, size in summary("compression-deep-compression", "steps"))
    assert full / pruned > shared / coded and pruned / shared > shared / coded and full / pruned > pruned / shared
    assert mean("--method deep", "result_accuracy") >= mean("--method deep", "result_teacher_accuracy")


def test_cutting_a_teacher_that_had_no_penalty_ruins_it_at_once():
    curve = run("compression-teacher").about.summary["curves"]["model"]["ratio/relative"]
    assert next(point["accuracy"] for point in curve if point["ratio"] == 10) < 50 < curve[0]["accuracy"]


def test_new_weights_are_more_than_ten_points_behind_the_ticket_in_every_seed_and_signs_are_near_it():
    rows = yardsticks.read("compression", Yardstick("", "--method ticket", "", "", "", "").table)
    assert min(points(row, "first_accuracy", "first_control_accuracy") for row in rows) > 10
    assert all(0 < points(row, "first_accuracy", "first_signs_accuracy") < 4 for row in rows)
    assert all(points(row, "accuracy", "control_accuracy") > 0 for row in rows)


def test_the_tickets_of_the_first_rounds_are_better_than_all_weights():
    record = Record("compression-lottery-ticket", None, list(run("compression-lottery-ticket").events), None)
    dense, *tickets = (each.accuracy for each in ticket.rounds(record))
    assert [accuracy > dense for accuracy in tickets[:4]] == [True] * 4 and len(tickets) == 6


def test_early_exits_need_less_than_a_third_in_every_seed_and_cost_no_accuracy():
    rows = yardsticks.read("compression", Yardstick("", "--method exits", "", "", "", "").table)
    assert max(float(row["result_work"]) for row in rows) < 33
    assert all(points(row, "exit3_accuracy", "accuracy") < 0.5 for row in rows)
    assert mean("--method exits", "result_accuracy") >= mean("--method exits", "result_control_accuracy")


def test_half_the_width_is_within_a_point_of_a_network_trained_alone():
    rows = yardsticks.read("compression", Yardstick("", "--method slimmable", "", "", "", "").table)
    assert abs(sum(points(row, "at_50", "alone_50") for row in rows) / len(rows)) < 1
    assert all(points(row, "alone_25", "at_25") > 0 for row in rows), "the narrowest width pays for the sharing"
