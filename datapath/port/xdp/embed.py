#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes a file's bytes as a C array: embed.py INPUT OUTPUT."""

import sys
from pathlib import Path

data = Path(sys.argv[1]).read_bytes()
rows = "\n".join("\t" + " ".join(f"0x{byte:02x}," for byte in data[at:at + 16]) for at in range(0, len(data), 16))
Path(sys.argv[2]).write_text(f"/* Generated. */\nstatic const unsigned char redirect_program[] = {{\n{rows}\n}};\n",
                             encoding="utf-8")
