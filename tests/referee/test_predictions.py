"""A prediction that is handed in: kept on the learner's machine, compared with the key where there is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from sockets_lab import check, hint, results
from sockets_lab.referee.errors import CheckError
from sockets_lab.referee.predictions import Prediction, check_prediction

CHOICES = (("a", "always once"), ("b", "<twice>"))


def answered(answer: str | float | None) -> Prediction:
    return Prediction("How many times?", CHOICES if isinstance(answer, str) else (), answer)


@pytest.fixture
def solutions(tmp_path: Path) -> str:
    (tmp_path / "2-stream").mkdir()
    (tmp_path / "2-stream" / "answers.toml").write_text('recv_count = "b"\nfirst_send = [3, 4]\n', encoding="utf-8")
    return str(tmp_path)


def test_on_the_learners_machine_any_answer_is_kept_and_noted_as_done() -> None:
    recv_count = answered("a")
    report = check(recv_count)
    assert str(report) == "recv_count: you predict a) always once. The next cell of code shows whether you are right."
    assert repr(report) == "1"
    assert results.load()["prediction.recv_count"] == results.Result(1, 1)


def test_code_in_the_answer_is_shown_as_code_and_nothing_else_as_html() -> None:
    no_address = Prediction("What?", (("a", "`('<0>', 0)` & more"),), "a")
    shown = check(no_address)._repr_mimebundle_()["text/html"]
    assert "you predict a) <code>(&#x27;&lt;0&gt;&#x27;, 0)</code> &amp; more. The next" in shown


def test_there_are_no_hints_for_a_prediction() -> None:
    recv_count = answered("a")
    check(recv_count)
    with pytest.raises(CheckError, match=r"^a prediction has no hints: run the cells after it"):
        hint(recv_count)


def test_without_an_answer_there_is_nothing_to_keep() -> None:
    recv_count = answered(None)
    with pytest.raises(CheckError, match=r"^recv_count has no answer yet: answer in the cell above, then run this"):
        check(recv_count)
    assert results.load() == {}


def test_without_a_name_the_prediction_cannot_be_handed_in() -> None:
    with pytest.raises(CheckError, match="takes the prediction by its name"):
        check(answered("a"))


@pytest.mark.parametrize(("answer", "points"), [("b", "1"), ("a", "0")])
def test_with_the_key_a_choice_earns_its_point_or_not(solutions: str, answer: str, points: str) -> None:
    report = check_prediction(answered(answer), "recv_count", solutions)
    assert repr(report) == points
    assert str(report).startswith(f"recv_count: {points} of 1 points; you predicted {answer})")


@pytest.mark.parametrize(("answer", "points"), [(3, 1), (4.0, 1), (5, 0)])
def test_the_key_may_allow_several_numbers(solutions: str, answer: float, points: float) -> None:
    assert check_prediction(answered(answer), "first_send", solutions).points == points


def test_a_key_without_the_question_is_the_instructors_mistake_and_no_zero(solutions: str) -> None:
    with pytest.raises(CheckError, match="has no answer for other"):
        check_prediction(answered("a"), "other", solutions)


def test_the_learners_own_words_are_text_in_the_report() -> None:
    recv_count = answered("b")
    assert "&lt;twice&gt;" in check(recv_count)._repr_mimebundle_()["text/html"]
