#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# hadrian-mgmtd and hadrian in a mount and network namespace of their own, without a datapath: the guide's commands, what
# they print, and what is there after a crash. Usage: end_to_end.sh MGMTD CLI SCHEMA_DIR CGI_DIR EXAMPLES_DIR

set -uo pipefail
[ "$(id -u)" = 0 ] || { echo "SKIP: needs root"; exit 77; }
if [ "${HADRIAN_INSIDE:-}" != yes ]; then
	exec env HADRIAN_INSIDE=yes unshare --mount --net --pid --fork --mount-proc "$0" "$@"
fi

mgmtd=$1 cli=$2 examples=$5
export HADRIAN_SCHEMA_DIR=/run/schema HADRIAN_CGI_DIR=$4
mkdir -p /run /var/lib/hadrian
mount -t tmpfs none /run
mount -t tmpfs none /var/lib/hadrian
chmod 0755 /var/lib/hadrian
# All starts read one schema, also where the source changes meanwhile: of another one the saved configuration is refused.
cp -r "$3" /run/schema
ip link set lo up
for n in 1 2 3; do ip link add "if$n" type veth peer name "peer$n"; done
failures=0

start() {
	"$mgmtd" 2>>/run/mgmtd.log &
	pid=$!
	for _ in $(seq 100); do
		[ -S /run/hadrian/mgmtd.sock ] && "$cli" about >/dev/null 2>&1 && return
		sleep 0.05
	done
	echo "mgmtd did not start"
	cat /run/mgmtd.log
	exit 1
}

stop() { # SIGNAL
	kill "-$1" "$pid"
	wait "$pid" 2>/dev/null
	[ $? = 0 ] || [ "$1" = KILL ] || { echo "FAIL: mgmtd did not end well"; cat /run/mgmtd.log; failures=$((failures + 1)); }
}

# fetch STATUS TEXT URL [curl options]: the HTTP status and that the body has the text.
fetch() {
	local want=$1 text=$2 url=$3 output
	shift 3
	output=$(curl --insecure --silent --show-error --max-time 10 --write-out ' %{http_code}' "$@" "https://10.1.0.1$url" 2>&1)
	if [ "${output##* }" != "$want" ] || [[ "$output" != *"$text"* ]]; then
		echo "FAIL: $url (wanted $want and '$text'): $output"
		failures=$((failures + 1))
	fi
}

# expect STATUS TEXT COMMAND: the exit status and that the output has the text.
expect() {
	local want=$1 text=$2 output status
	shift 2
	output=$("$cli" "$@" 2>&1)
	status=$?
	if [ "$status" != "$want" ] || [[ "$output" != *"$text"* ]]; then
		echo "FAIL: hadrian $* (status $status, wanted $want and '$text')"
		echo "$output"
		failures=$((failures + 1))
	fi
}

"$cli" show 2>/run/error && { echo "FAIL: the CLI without mgmtd must fail"; failures=1; }
grep -q "does not run" /run/error || { echo "FAIL: no clear error without mgmtd"; failures=1; }

start
expect 0 "AdminUsers" 'show LocalUserDatabase'
expect 0 "if1" 'show EthernetDevice'
expect 0 "Added IPAddress www_srv1." 'add Address IPAddress www_srv1 Address=192.168.10.16'
expect 0 "192.168.10.16" 'show IPAddress www_srv1'
expect 0 "www_srv1" 'netobjects www_srv1'
expect 1 "Did you mean 'Address'" 'set Address IPAddress www_srv1 Adress=1.2.3.4'
expect 1 "Allowed: an IP address" 'set Address IPAddress www_srv1 Address=300.1.1.1'
expect 1 "prefix length" 'set Address IPAddress www_srv1 Address=10.0.0.1/24'
expect 1 "already" 'add Address IPAddress www_srv1 Address=192.168.10.16'
expect 1 "There is no command 'shwo'" 'shwo'
expect 1 "choose one with 'cc RuleSet IPRuleSet NAME' first" 'add IPRule Action=Allow'
expect 0 "+  IPAddress www_srv1" 'show -changes'
expect 0 "Modified ARPTableSettings." 'set Settings ARPTableSettings ARPExpire=1800'
expect 1 "10..86400" 'set Settings ARPTableSettings ARPExpire=5'
expect 0 "All changes" 'reject'
expect 1 "no IPAddress 'www_srv1'" 'show IPAddress www_srv1'

"$cli" -f "$examples/lab-master.cli" >/run/output 2>&1 || { echo "FAIL: lab-master.cli"; cat /run/output; failures=$((failures + 1)); }
grep -q "Configuration 1 committed" /run/output || { echo "FAIL: not committed"; cat /run/output; failures=$((failures + 1)); }
expect 0 "Nothing to commit" commit
expect 0 "0:10.1.0.2  1:10.1.0.3" 'show Interface EthernetInterface if1'
expect 0 "if1             10.1.0.1      main" 'show Interface EthernetInterface'

# HTTPS on the shared address, which a host interface of the datapath would carry; also after mgmtd was killed.
if command -v curl >/dev/null && [ -x /usr/sbin/lighttpd ]; then
	ip address add 10.1.0.1/32 dev lo
	for _ in $(seq 100); do
		curl --insecure --silent --output /dev/null https://10.1.0.1/ && break
		sleep 0.05
	done
	fetch 200 mGuardProductName=Hadrian '/nph-vpn.cgi?cmd=sysinfo' --user admin:admin
	fetch 401 '' '/nph-vpn.cgi?cmd=sysinfo'
	fetch 401 '' '/nph-vpn.cgi?cmd=sysinfo' --user admin:wrong
	fetch 200 'F EINVAL' '/nph-vpn.cgi?cmd=nonsense' --user admin:admin
	fetch 405 '' '/nph-vpn.cgi?cmd=sysinfo' --user admin:admin --data a=b
	fetch 403 '' /etc/passwd
	fetch 200 Hadrian /

	# Who guesses passwords is slowed down; the command line and other addresses are not.
	ip address add 10.1.0.9/32 dev lo
	guesses=()
	for n in $(seq 30); do
		curl --insecure --silent --max-time 20 --output /dev/null --write-out '%{http_code}\n' --user "admin:$n" \
			'https://10.1.0.1/nph-vpn.cgi?cmd=sysinfo' >"/run/guess$n" &
		guesses+=($!)
	done
	expect 0 "0:10.1.0.2  1:10.1.0.3" 'show Interface EthernetInterface if1'
	fetch 200 mGuardProductName=Hadrian '/nph-vpn.cgi?cmd=sysinfo' --user admin:admin --interface 10.1.0.9
	wait "${guesses[@]}"
	cat /run/guess* | sort | uniq -c >/run/guesses
	grep -q ' 401$' /run/guesses && grep -q ' 503$' /run/guesses && ! grep -qv ' 401$\| 503$' /run/guesses ||
		{ echo "FAIL: guesses"; cat /run/guesses; failures=$((failures + 1)); }
	stop KILL
	start
	for _ in $(seq 100); do
		curl --insecure --silent --output /dev/null https://10.1.0.1/ && break
		sleep 0.05
	done
	fetch 200 mGuardVersion '/nph-vpn.cgi?cmd=sysinfo' --user admin:admin
fi

# A broken reference is found at activation, all of them at once (C05-005).
expect 0 "Deleted IPAddress if1_ip." 'delete Address IPAddress if1_ip'
expect 0 "EthernetInterface if1: IPAddress refers to 'if1_ip'" 'show -errors'
expect 1 "nothing was activated" activate
expect 0 "-  " 'show IPAddress'
expect 0 "" reject

# A rule by index (C07-016).
printf 'cc RuleSet IPRuleSet main\nadd IPRule Action=Drop Service=all_services SourceInterface=any SourceNetwork=all-nets DestinationInterface=any DestinationNetwork=all-nets OnDeny=SendReject LogEnabled=No Name=main_deny_all\nshow IPRule 3\nset IPRule -Range=1-2 LogEnabled=No\nshow IPRule 1\ndelete IPRule 3\n' | "$cli" >/run/output 2>&1
grep -q "Added IPRule/3." /run/output && grep -q "SendReject (Send Reject)" /run/output && grep -q "Deleted IPRule/3." /run/output ||
	{ echo "FAIL: rules"; cat /run/output; failures=$((failures + 1)); }
expect 0 "" reject

# A script waits for what it activates, and goes on (C02-053, C02-058).
expect 0 "Name  Size" script
printf 'set System Name=$1\nactivate\nscript -run inner.sgs\n' >/run/hadrian/scripts/outer.sgs
printf 'reject\nha -nonsense\nset System Name=never\n' >/run/hadrian/scripts/inner.sgs
expect 0 "outer.sgs" script
chmod 600 /run/hadrian/scripts/*
"$cli" 'script -run outer.sgs my-system1 -verbose' >/run/output 2>&1 && { echo "FAIL: a script's error is lost"; failures=$((failures + 1)); }
grep -q "Configuration activated" /run/output && grep -q "inner.sgs:2: ha has no option" /run/output && ! grep -q never /run/output ||
	{ echo "FAIL: script output"; cat /run/output; failures=$((failures + 1)); }
expect 0 "Name:  System" 'show System'
expect 0 "No changes" 'show -changes'
i=0
while [ $i -lt 5000 ]; do
	echo "add IPAddress many$i Address=10.0.0.1"
	i=$((i + 1))
done >/run/hadrian/scripts/long.sgs
chmod 600 /run/hadrian/scripts/*
expect 0 "" 'script -run long.sgs'
expect 0 "many4999" 'show IPAddress many4999'
expect 0 "" reject

# The prompt follows the name after activation only (C02-022); without a commit everything returns at a crash.
expect 0 "Modified System" 'set System Name=my-system1'
expect 0 "Configuration activated" activate
stop KILL
start
expect 0 "Name:  System" 'show System'
expect 0 "Role:  Master" 'show HighAvailability'

# A damaged file: the one before is taken, and it is said.
expect 0 "" 'set System Name=second'
expect 0 "" activate
expect 0 "Configuration 2 committed" commit
stop TERM
truncate -s -10 /var/lib/hadrian/config.json
start
expect 0 "cut short" cfglog
expect 0 "Name:  System" 'show System'
expect 0 "Configuration 1" about

# Auditors look only (C02-005).
printf 'cc LocalUserDatabase AdminUsers\nadd User audit Password=audit Groups=Auditors\nactivate\ncommit\n' | "$cli" >/run/output 2>&1 ||
	{ echo "FAIL: auditor"; cat /run/output; failures=$((failures + 1)); }
expect 1 "may look, but change nothing" -u audit 'set System Name=x'
expect 0 "Name:  System" -u audit 'show System' 
expect 1 "there is no user" -u nobody 'show System'

# Passwords and hashes are nowhere but in the configuration, which only root reads (C02-039).
printf 'cc LocalUserDatabase AdminUsers\nset User audit Password="S3cret one"\nset User audit Password=S3cretTwo\nshow -changes\nshow User audit\nshow User\nactivate\ncommit\ncfglog -all\nset User audit Password=S3cretThree Groups=1\n' >/run/secrets
"$cli" -f /run/secrets >/run/output 2>&1 && { echo "FAIL: Groups=1 was taken"; failures=$((failures + 1)); }
for command in 'set User audit Password=S3cretFour' 'set User audit Password S3cretFive' 'add User x Password="S3cretSix'; do
	"$cli" "$command" >>/run/output 2>&1
	printf 'cc LocalUserDatabase AdminUsers\n%s\n' "$command" | "$cli" >>/run/output 2>&1
done
kill -STOP "$pid"
"$cli" -u audit 'set User audit Password=S3cretSeven' >>/run/output 2>&1 &
sleep 0.5
tr '\0' ' ' <"/proc/$!/cmdline" >>/run/output
grep -q -- '-u audit \*\*' /run/output || { echo "FAIL: the arguments are not hidden"; failures=$((failures + 1)); }
kill -CONT "$pid"
wait $!
if command -v curl >/dev/null && [ -x /usr/sbin/lighttpd ]; then
	fetch 401 '' '/nph-vpn.cgi?cmd=sysinfo' --user admin:S3cretEight
	fetch 401 '' '/nph-vpn.cgi?cmd=sysinfo' --user S3cretNine:x
fi
rm /run/secrets
grep -l '\*\*\*' /run/output >/dev/null || { echo "FAIL: no asterisks"; failures=$((failures + 1)); }
grep -rn --binary-files=text -e S3cret -e '\$y\$' /run /var/lib/hadrian/cfglog && { echo "FAIL: a secret is told"; failures=$((failures + 1)); }
grep -rl S3cret /var/lib/hadrian && { echo "FAIL: a password is kept"; failures=$((failures + 1)); }
grep -q '\$y\$' /var/lib/hadrian/config.json || { echo "FAIL: no hash is kept"; failures=$((failures + 1)); }
find /run/hadrian /var/lib/hadrian -perm /007 ! -type l | sort >/run/open
diff /run/open - <<-END || { echo "FAIL: others may read this"; failures=$((failures + 1)); }
	/run/hadrian
	/run/hadrian/html
	/run/hadrian/html/index.html
END
find /var/lib/hadrian -perm /077 | grep . && { echo "FAIL: readable by others"; failures=$((failures + 1)); }

stop TERM
if [ "$failures" = 0 ]; then
	echo "end to end: all passed"
else
	cat /run/mgmtd.log /var/lib/hadrian/cfglog*
fi
exit "$((failures != 0))"
