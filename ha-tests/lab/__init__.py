# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab: a Hadrian cluster with its clients and servers in network namespaces. See docs/lab.md."""
