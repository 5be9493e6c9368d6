"""What this machine can and cannot do for the course, found by trying, and how to mend it."""

from __future__ import annotations

from collections.abc import Callable

from sockets_lab.doctor import isolation, machine, privileges, software
from sockets_lab.doctor.finding import Finding

__all__ = ["PROBES", "Finding", "course_works", "examine", "verdict"]

PROBES: tuple[Callable[[], Finding], ...] = (
    software.system,
    software.python,
    software.jupyter,
    software.kernel,
    software.jupyter_folder,
    machine.fork,
    machine.descriptors,
    machine.loopback,
    machine.ports,
    machine.temp_folder,
    machine.progress_folder,
    machine.ipv6,
    machine.open_files,
    machine.process_view,
    machine.pidfd,
    software.browser,
    machine.seqpacket,
    machine.sctp,
    isolation.lab_kernel,
    privileges.raw_sockets,
    software.alembic,
    isolation.grading_sandbox,
    software.chromium,
)


def examine() -> list[Finding]:
    """Try everything, in the order of importance; where the system itself is none for the course, nothing else."""
    system = software.system()
    return [probe() for probe in PROBES] if system.status != "missing" else [system]


def course_works(findings: list[Finding]) -> bool:
    """Whether nothing is missing that the course needs."""
    return not any(finding.needed and finding.status == "missing" for finding in findings)


def verdict(findings: list[Finding]) -> str:
    """All findings in a sentence."""
    if not course_works(findings):
        missing = ", ".join(finding.name for finding in findings if finding.needed and finding.status == "missing")
        return f"The course does not work here yet: mend what is missing ({missing}) first."
    limited = sum(finding.status == "limited" for finding in findings)
    return f"The course works here{f', with {limited} things limited' if limited else ''}."
