#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Keeps a node's mount namespace: holder.sh LABEL STATE-FOLDER NETWORK-NAMESPACE, run under unshare --mount. It stays in the
# machine's own network namespace, so that `lab crash`, which kills whatever is in the node's, does not end it.

set -eu
label=$1 state=$2 network=$3
echo $$ >"$state/holder.pid"

# /sys shows the network devices of the one who mounts it.
nsenter --net="$network" -- mount --no-mtab -t sysfs sysfs /sys
# Without this, the mounts that name every other namespace of the machine would live on in here after their removal.
umount --no-mtab --recursive --lazy /run/netns
mount --no-mtab -t tmpfs -o mode=1777 tmpfs /dev/shm
mount --no-mtab --bind "$state/state" /var/lib/hadrian
mount --no-mtab -t tmpfs -o mode=755 tmpfs "$state/run"
mkdir -p "$state/run/lock" "$state/run/hadrian-log"
mount --no-mtab --bind "$state/log" "$state/run/hadrian-log"
mount --no-mtab --move "$state/run" /run

echo ready
exec </dev/null >/dev/null 2>&1
exec -a "$label" sleep infinity
