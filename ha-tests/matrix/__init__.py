# SPDX-License-Identifier: GPL-2.0-or-later
"""Every fault (faults.py) beside everything that may go on meanwhile (activities.py), and what must hold (cell.py)."""
