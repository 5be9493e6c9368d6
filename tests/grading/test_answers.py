from __future__ import annotations

import pytest

from sockets_lab.grading.answers import given_answers, without_answers


@pytest.mark.parametrize(
    ("source", "cleared"),
    [
        ('x = predict("q", choices=["a"], answer="c")', 'x = predict("q", choices=["a"], answer=None)'),
        (
            'x = predict("q", number=True, answer=2)  # answer="c"',
            'x = predict("q", number=True, answer=None)  # answer="c"',
        ),
        (
            'x = predict(\n  "größer — naïve", answer="ü", choices=["é"])\n',
            'x = predict(\n  "größer — naïve", answer=None, choices=["é"])\n',
        ),
        ('x = lab.predict("q", ["a"], False, "b")', 'x = lab.predict("q", ["a"], False, None)'),
        (
            'x = predict("a", answer="1"); y = predict("b", answer=RIGHT)',
            'x = predict("a", answer=None); y = predict("b", answer=None)',
        ),
        (
            'x = predict("q", answer=[\n  1,\n  2,\n])\ny = predict("r",\n  answer="2")',
            'x = predict("q", answer=None)\ny = predict("r",\n  answer=None)',
        ),
        (
            "x = predict(\"q\",\r\n  answer='''a\r\nb''',\r\n  choices=[])",
            'x = predict("q",\r\n  answer=None,\r\n  choices=[])',
        ),
    ],
)
def test_every_answer_becomes_none_and_every_other_character_stays(source: str, cleared: str) -> None:
    assert without_answers(source) == cleared
    assert len(given_answers(source)) == len(given_answers(cleared)) == cleared.count("None")


@pytest.mark.parametrize("source", ['print("predict(answer=5)")', "predictor(answer=5)", "def broken(:\n", "", "x = 5"])
def test_code_that_is_no_prediction_stays_as_it_is(source: str) -> None:
    assert given_answers(source) == []
    assert without_answers(source) == source
