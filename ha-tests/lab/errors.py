# SPDX-License-Identifier: GPL-2.0-or-later
"""What the lab says when it cannot do what it was asked: one line that names the thing and the way out."""


class LabError(Exception):
    """An error for the person at the terminal; its text is the whole message."""
