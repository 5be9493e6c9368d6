"""``predict``: a question that the learner answers before the demonstration is run.

The answer lives in the code of the cell, ``predict(..., answer="c")``, because that is what a notebook keeps and
what a grader runs again. A notebook's front-end that can reach the cell's code writes it there at a click;
everywhere else the question is plain text that says what to write.
"""

from __future__ import annotations

import math
import string
from collections.abc import Sequence
from typing import Any

from sockets_lab.peers import cells
from sockets_lab.referee.errors import CheckError
from sockets_lab.referee.predictions import Prediction, with_code

_NUMBER = "answer=10"  # an example, which no question of the course has as its right answer


def predict(
    question: str, choices: Sequence[str] | None = None, number: bool = False, answer: str | float | None = None
) -> Prediction:
    """Ask a question and show it; ``check`` hands the answer in.

    Args:
        question: what to predict. Text between backticks is shown as code.
        choices: the texts to choose from; they get the letters a, b, c and so on.
        number: ask for a number instead.
        answer: the learner's answer, a letter or a number; None while there is none.
    Returns:
        the prediction. In a notebook its answer follows the choice without running the cell again.
    Raises:
        CheckError: the question has neither choices nor a number, or both; or the answer is not one of them.
    """
    lettered = _lettered(choices, number)
    prediction = Prediction(question, lettered, None)
    prediction.answer = valid_answer(prediction, answer)
    _show(prediction)
    return prediction


def valid_answer(prediction: Prediction, answer: Any) -> str | float | None:
    """``answer``, when it is one that the question allows; letters may be capital.

    Raises:
        CheckError: it is not; the text says what to write.
    """
    if answer is None:
        return None
    letters = [letter for letter, _ in prediction.choices]
    if letters:
        letter = answer.strip().lower() if isinstance(answer, str) else None
        if letter not in letters:
            raise CheckError(f"answer={answer!r:.40} is not one of the choices; write {_examples(letters)}")
        return letter
    if isinstance(answer, bool) or not isinstance(answer, int | float) or not math.isfinite(answer):
        raise CheckError(f"answer={answer!r:.40} is not a number; write a number without quotes, as in {_NUMBER}")
    return answer


def _lettered(choices: Sequence[str] | None, number: bool) -> tuple[tuple[str, str], ...]:
    if choices is None and not number:
        raise CheckError("predict() needs choices=[...] or number=True; this call has neither")
    if choices is not None and number:
        raise CheckError("predict() takes choices=[...] or number=True; this call has both")
    if choices is None:
        return ()
    texts = () if isinstance(choices, str) else tuple(choices)
    if not 2 <= len(texts) <= len(string.ascii_lowercase) or not all(isinstance(text, str) for text in texts):
        raise CheckError(f"choices must be a list of 2 to 26 texts, not {choices!r:.60}")
    return tuple(zip(string.ascii_lowercase, texts, strict=False))


def _examples(letters: list[str]) -> str:
    return ", ".join(f'answer="{letter}"' for letter in letters[:-1]) + f' or answer="{letters[-1]}"'


# How it is shown


def _show(prediction: Prediction) -> None:
    """Show the question: with the widget where a front-end names its cells, as plain text where nobody can click."""
    shell = cells.running_shell()
    if shell is None:
        print(_text(prediction, _plain_state(prediction)))
        return
    from IPython.display import display

    cell_id = cells.running_cell()
    state = _plain_state(prediction) if cell_id is None else "The answer stands in this cell's code, after answer=."
    bundle: dict[str, Any] = {"text/plain": _text(prediction, state), "text/html": _html(prediction, state)}
    if cell_id is not None:
        from sockets_lab.widgets.prediction_widget import show_prediction

        bundle |= show_prediction(prediction, cell_id)
    display(bundle, raw=True)


def _plain_state(prediction: Prediction) -> str:
    if prediction.answer is not None:
        return f"Your answer: {prediction.in_words}"
    example = f'answer="{prediction.choices[0][0]}"' if prediction.choices else _NUMBER
    others = f" (or {', '.join(letter for letter, _ in prediction.choices[1:])})" if prediction.choices else ""
    kind = "letter" if prediction.choices else "number"
    return f"No answer yet: write its {kind} in this cell, {example}{others}, and run the cell again."


def _text(prediction: Prediction, state: str) -> str:
    choices = "".join(f"  {letter}) {text}\n" for letter, text in prediction.choices)
    return f"{prediction.question}\n\n{choices}{chr(10) if choices else ''}{state}"


def _html(prediction: Prediction, state: str) -> str:
    # No list: what cleans the HTML of a notebook that is not trusted would number it 1, 2, 3.
    choices = "<br>".join(f"{letter}) {with_code(text)}" for letter, text in prediction.choices)
    listed = f"<p>{choices}</p>" if choices else ""
    return f"<p><b>{with_code(prediction.question)}</b></p>{listed}<p>{with_code(state)}</p>"
