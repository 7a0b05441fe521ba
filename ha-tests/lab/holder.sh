#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Keeps a node's mount namespace: holder.sh LABEL FOLDER NETWORK-NAMESPACE, run under unshare --mount. It stays in the
# machine's own network namespace, so that `lab crash`, which kills whatever is in the node's, does not end it.

set -eu
label=$1 folder=$2 network=$3
echo $$ >"$folder/holder.pid"

# /sys shows the network devices of the one who mounts it.
nsenter --net="$network" -- mount --no-mtab -t sysfs sysfs /sys
# Without this, the mounts that name every other namespace of the machine would live on in here after their removal.
umount --no-mtab --recursive --lazy /run/netns
mount --no-mtab -t tmpfs -o mode=1777 tmpfs /dev/shm
mount --no-mtab -t tmpfs -o mode=755 tmpfs /var/lib/hadrian
mount --no-mtab -t tmpfs -o mode=755 tmpfs "$folder/run"
mkdir -p "$folder/run/lock" "$folder/run/hadrian-log"
mount --no-mtab --bind "$folder/log" "$folder/run/hadrian-log"
mount --no-mtab --move "$folder/run" /run

echo ready
exec </dev/null >/dev/null 2>&1
exec -a "$label" sleep infinity
