"""Runs a submission for ``nbgrader autograde``, in a sandbox unless its author is trusted."""

from __future__ import annotations

import atexit
import logging
import tempfile
from pathlib import Path
from typing import Any

from jupyter_client.manager import KernelManager
from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import Execute
from traitlets import Bool, Dict, Integer, TraitError, Unicode, validate

from sockets_lab.exercises import HIDDEN_TRIALS
from sockets_lab.grading.running import MAX_RESTARTS
from sockets_lab.grading.sandboxed import grade_notebook
from sockets_lab.grading.trusted import TrustedRun
from sockets_lab.kernel import CannotStart, GradingKernel, Limits, probe, release
from sockets_lab.kernel.place import NoPlace
from sockets_lab.referee.predictions import ANSWERS_FILE

PASSED_ON = ("timeout", "iopub_timeout", "interrupt_on_timeout", "raise_on_iopub_timeout", "error_on_timeout")


class NoSolutions(Exception):
    """The hidden trials or the key are not where they should be: nobody can be graded."""


class NotIsolated(Exception):
    """Submissions cannot be held in a sandbox here; the text says what is missing and what to do."""


class ExecuteSubmission(Execute):
    """nbgrader's ``Execute`` for the lessons of this course."""

    solutions = Unicode(
        "", help="The folder with each unit's hidden trials and key. By default the course's source directory."
    ).tag(config=True)
    max_restarts = Integer(
        MAX_RESTARTS, help="How many new kernels a notebook gets for those it loses; after that its cells are not run."
    ).tag(config=True)
    trust_submissions = Bool(
        False,
        help="Run submissions without a sandbox, with all rights of the user who grades. They can read the hidden "
        "trials and write anything, a grade included.",
    ).tag(config=True)
    limits = Dict(
        {}, help="What a submission may use, where it differs from sockets_lab.kernel.Limits: {'memory_bytes': 2**30}."
    ).tag(config=True)

    @validate("limits")
    def _known_limits(self, proposal: Any) -> Any:
        try:
            Limits(**proposal["value"])
        except TypeError as error:
            known = ", ".join(Limits().as_data())
            raise TraitError(f"c.ExecuteSubmission.limits: {error}; there are {known}") from None
        return proposal["value"]

    def preprocess(
        self, nb: NotebookNode, resources: Any = None, km: KernelManager | None = None
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Run the notebook and leave outputs by which nbgrader gives the points that were earned.

        Raises:
            NoSolutions, NotIsolated, NotGraded: see there.
        """
        told = resources["nbgrader"]
        solutions = self.find_solutions(told["assignment"])
        options: dict[str, Any] = {name: getattr(self, name) for name in PASSED_ON}
        options |= {"max_restarts": self.max_restarts, "log": self.log}
        options |= {"who": f"{told['student']}, {told['assignment']}/{told['notebook']}", "solutions": solutions}
        if self.trust_submissions:
            # What the submission left running may still write there while it is removed.
            with tempfile.TemporaryDirectory(prefix="sockets-lab-", ignore_cleanup_errors=True) as folder:
                TrustedRun(nb, folder=folder, resources=resources, **options).run()
            return nb, resources
        try:
            grade_notebook(nb, unit=told["assignment"], limits=Limits(**self.limits), **options)
        except (CannotStart, NoPlace) as error:
            raise NotIsolated(why_not_isolated(error)) from error
        return nb, resources

    def find_solutions(self, assignment: str) -> Path:
        """The folder with each unit's hidden trials and key.

        Raises:
            NoSolutions: those of this unit are not there.
        """
        if self.solutions:
            folder = Path(self.solutions)
        else:
            coursedir = self.parent.parent.coursedir
            folder = Path(coursedir.format_path(coursedir.source_directory, ".", assignment)).parent
        for name in (HIDDEN_TRIALS, ANSWERS_FILE):
            if not (folder / assignment / name).is_file():
                raise NoSolutions(
                    f"{folder / assignment / name} is missing: nothing can be graded without it; "
                    "set c.ExecuteSubmission.solutions in nbgrader_config.py to the course's folder `solutions`"
                )
        return folder.resolve()


def must_be_isolated(execute: ExecuteSubmission, log: logging.Logger) -> None:
    """Look, before any submission is touched, whether it can be held in a sandbox.

    Raises:
        NotIsolated: it cannot, and is not trusted.
    """
    if execute.trust_submissions:
        log.warning(
            "Submissions are trusted: they run without a sandbox, with all your rights, and can read the hidden trials"
        )
        return
    atexit.register(release)  # as root, the sandbox cannot remove its own folder
    try:
        GradingKernel().close()
    except (CannotStart, NoPlace, OSError) as error:
        raise NotIsolated(why_not_isolated(error)) from error


def why_not_isolated(error: Exception) -> str:
    """What is missing here, part by part, how to get it, and what else there is to do."""
    parts = probe()
    release()  # the grader ends with this
    missing = [part for part in parts if part.needed_for and not part.works]
    named = [part for part in missing if part.name != "sandbox"] or missing  # it is made of the others
    told = "; ".join(f"{part.name} ({part.why}): {part.mend}" for part in named)
    return (
        f"nothing is graded: this machine cannot hold a submission in a sandbox. {told or error}. "
        "Grade on a machine that can (sockets-lab doctor), or in a container made for nothing else and run the "
        "submissions with all your rights: sockets-lab autograde --trust-submissions"
    )
