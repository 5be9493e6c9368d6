"""Tests of a module that says ``OWN_NETWORK = True`` run in a network of their own."""

from tests.own_network import pytest_pyfunc_call as pytest_pyfunc_call
