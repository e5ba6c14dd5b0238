"""Fixtures of this folder."""

from tests.guests.marks import mark as mark
