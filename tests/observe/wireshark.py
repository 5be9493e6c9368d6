"""Wireshark's command line, which reads what we write and writes what we read."""

from __future__ import annotations

import shutil

import pytest

needs_tshark = pytest.mark.skipif(shutil.which("tshark") is None, reason="no tshark here: apt-get install tshark")
