"""nbgrader's settings for this course; nbgrader reads them in the folder that it is started in.

An instructor's own course folder needs one line in its nbgrader_config.py, and gets the gradebook, the submissions
and the feedback, while lessons and hidden trials stay here: load_subconfig("/path/to/sockets-lab/nbgrader_config.py")
"""

import os
import sys
from pathlib import Path

from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearOutput,
    ComputeChecksums,
    DeduplicateIds,
    IgnorePattern,
    LimitOutput,
    LockCells,
    OverwriteKernelspec,
    SaveAutoGrades,
    SaveCells,
)

from sockets_lab.grading.execute import ExecuteSubmission
from sockets_lab.grading.leaks import KEPT_BACK
from sockets_lab.grading.release import ClearSolutionsAndAnswers, RefuseLeaks
from sockets_lab.grading.submissions import RestoreCells, RestoreMetadata, SubmissionExporter
from sockets_lab.grading.text_cells import HarmlessText

c = get_config()
here = Path(__file__).resolve().parent

# nbgrader makes its gradebook by the command alembic, which is on PATH only where the environment is activated.
if str(Path(sys.executable).parent) not in os.environ.get("PATH", "").split(os.pathsep):
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])

# Where things are
c.CourseDirectory.course_id = "sockets-lab"
c.CourseDirectory.source_directory = "solutions" if Path("solutions").is_dir() else str(here / "solutions")
c.CourseDirectory.release_directory = "notebooks"
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", *KEPT_BACK]

# What learners get
c.GenerateAssignment.preprocessors = [
    LockCells,
    ClearSolutionsAndAnswers,
    ClearOutput,
    RefuseLeaks,
    CheckCellMetadata,
    ComputeChecksums,
    SaveCells,
]

# How their work is graded
c.Autograde.exporter_class = SubmissionExporter
c.Autograde.sanitize_preprocessors = [
    RestoreMetadata,
    ClearOutput,
    DeduplicateIds,
    OverwriteKernelspec,
    HarmlessText,
    RestoreCells,
    CheckCellMetadata,
]
c.Autograde.autograde_preprocessors = [
    ExecuteSubmission,
    IgnorePattern,
    ClearMetadataPreprocessor,
    LimitOutput,
    SaveAutoGrades,
    AssignLatePenalties,
    CheckCellMetadata,
]
c.OverwriteCells.add_missing_cells = True
# Submissions run in a sandbox. c.ExecuteSubmission.limits says what they may use; c.ExecuteSubmission.trust_submissions
# lets them run without one, with all your rights.
c.Execute.timeout = 60  # seconds a cell; a check of a function that hangs in every trial takes half of it
c.Execute.iopub_timeout = 10
