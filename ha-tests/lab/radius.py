# SPDX-License-Identifier: GPL-2.0-or-later
"""RADIUS servers (FreeRADIUS) in a host of the lab, with users of their own."""

import shutil
import tempfile
from pathlib import Path
from typing import Self

from lab.background import Background
from lab.laboratory import Lab

SECRET = "A shared secret: 23!"

USERS = """\
radadmin Cleartext-Password := "radpass"
	Clavister-User-Group = "Administrators"

radaudit Cleartext-Password := "radpass"
	Clavister-User-Group = "Auditors"

radguest Cleartext-Password := "radpass"
	Clavister-User-Group = "Guests"
"""

# Answers of this version carry no Message-Authenticator unless told so.
SIGN = "update reply {\n\t\t\t&Message-Authenticator := 0x00\n\t\t}"

# otp knows a password and then two codes, one after the other.
CONFIGURATION = """\
prefix = /usr
logdir = {folder}
raddbdir = {folder}
run_dir = {folder}
libdir = /usr/lib/freeradius
security {{
	reject_delay = 0
	status_server = no
}}
proxy_requests = no
thread pool {{
	start_servers = 1
	max_servers = 2
	min_spare_servers = 1
	max_spare_servers = 2
}}
modules {{
	pap {{
	}}
	chap {{
	}}
	files {{
		usersfile = {folder}/users
	}}
	always reject {{
		rcode = reject
	}}
}}
client any {{
	ipaddr = 0.0.0.0/0
	secret = "{secret}"
	require_message_authenticator = yes
}}
server default {{
	listen {{
		type = auth
		ipaddr = *
		port = {port}
	}}
	authorize {{
		{sign}
		if (&User-Name == "otp") {{
			if (&State == 0x74776f && &User-Password == "222222") {{
				update control {{
					&Auth-Type := Accept
				}}
				update reply {{
					&Clavister-User-Group := "Administrators"
				}}
			}}
			elsif (&State == 0x6f6e65 && &User-Password == "111111") {{
				update control {{
					&Auth-Type := Accept
					&Response-Packet-Type := Access-Challenge
				}}
				update reply {{
					&State := 0x74776f
					&Reply-Message := "Second code: "
				}}
			}}
			elsif (!&State && &User-Password == "radpass") {{
				update control {{
					&Auth-Type := Accept
					&Response-Packet-Type := Access-Challenge
				}}
				update reply {{
					&State := 0x6f6e65
					&Reply-Message := "First code: "
				}}
			}}
			else {{
				reject
			}}
		}}
		else {{
			files
			chap
			pap
		}}
	}}
	authenticate {{
		Auth-Type PAP {{
			pap
		}}
		Auth-Type CHAP {{
			chap
		}}
	}}
}}
"""


class RadiusServer:
    """Ends with stop(), or use it in a `with`."""

    def __init__(self, lab: Lab, host: str, port: int, secret: str = SECRET, signs: bool = True):
        self.folder = Path(tempfile.mkdtemp(prefix="hadrian-radius-"))
        (self.folder / "users").write_text(USERS, encoding="utf-8")
        (self.folder / "dictionary").write_text("", encoding="utf-8")
        (self.folder / "radiusd.conf").write_text(
            CONFIGURATION.format(folder=self.folder, port=port, secret=secret, sign=SIGN if signs else ""), encoding="utf-8")
        self._process = Background(lab, host, ["freeradius", "-X", "-d", self.folder, "-D", "/usr/share/freeradius"], errors_too=True)
        self._process.await_line("Ready to process requests", timeout=30)

    def said(self) -> str:
        """Everything that the server has told of its requests."""
        return "\n".join(self._process.lines)

    def stop(self) -> None:
        self._process.stop()
        shutil.rmtree(self.folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
