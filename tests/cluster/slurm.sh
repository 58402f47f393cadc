#!/usr/bin/env bash
# A throw-away, real Slurm on loopback: munged, slurmctld, three slurmd, as root, without systemd and cgroups.
#   unshare --mount --net --pid --fork --mount-proc --kill-child slurm.sh FOLDER
# Says `ready`, and stops exactly what it started when its standard input ends. Nodes: cpu1 in partition cpu; gpu1, gpu2
# in partition gpu, each with two GPUs that are names for /dev/null; 8 CPUs each, more than the machine has. Jobs of the
# partition urgent, on the same nodes, preempt those of gpu.
set -euo pipefail
D=$1 HOST=$(hostname -s)
exec 3>&1 >&2
wait_for() { for _ in $(seq 400); do [ -s "$1" ] && return; sleep 0.05; done; echo "no $1"; tail "$D"/log/*; exit 1; }

# glibc resolves no name where 127.0.0.1 is the only address.
ip link set lo up
ip addr add 127.0.0.2/8 dev lo
(echo "127.0.0.1 $HOST cpu1 gpu1 gpu2" && cat /etc/hosts) >"$D/hosts"
mount --bind "$D/hosts" /etc/hosts
# Slurm's clients below Snakemake find slurm.conf at its usual place only. In a mount namespace of our own.
mkdir -p /etc/slurm
mount -t tmpfs tmpfs /etc/slurm
mkdir -p "$D"/{munge,ctld,log,spool.cpu1,spool.gpu1,spool.gpu2}
for k in 0 1; do mknod -m 666 "$D/fakegpu$k" c 1 3; done
echo "NodeName=gpu[1-2] Name=gpu Type=fake File=$D/fakegpu[0-1]" >/etc/slurm/gres.conf
cat >/etc/slurm/slurm.conf <<CONF
ClusterName=unjpeg
SlurmctldHost=$HOST(127.0.0.1)
SlurmctldPort=16817
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$D/munge/socket
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
StateSaveLocation=$D/ctld
SlurmctldPidFile=$D/ctld/pid
SlurmctldLogFile=$D/log/slurmctld
SlurmdSpoolDir=$D/spool.%n
SlurmdPidFile=$D/spool.%n/pid
SlurmdLogFile=$D/log/slurmd.%n
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SwitchType=switch/none
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
EnforcePartLimits=ALL
DefMemPerCPU=100
GresTypes=gpu
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=2,bf_interval=2
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
MinJobAge=3600
KillWait=5
SlurmdTimeout=30
JobCompType=jobcomp/filetxt
JobCompLoc=$D/log/jobs
NodeName=cpu1 NodeHostname=$HOST NodeAddr=127.0.0.1 Port=16901 CPUs=8 RealMemory=64000 State=UNKNOWN
NodeName=gpu1 NodeHostname=$HOST NodeAddr=127.0.0.1 Port=16902 CPUs=8 RealMemory=64000 State=UNKNOWN Gres=gpu:fake:2
NodeName=gpu2 NodeHostname=$HOST NodeAddr=127.0.0.1 Port=16903 CPUs=8 RealMemory=64000 State=UNKNOWN Gres=gpu:fake:2
PartitionName=cpu Nodes=cpu1 Default=YES MaxTime=INFINITE State=UP
PartitionName=gpu Nodes=gpu1,gpu2 MaxTime=INFINITE State=UP
PartitionName=urgent Nodes=gpu1,gpu2 MaxTime=INFINITE State=UP PriorityTier=10
CONF
(umask 077 && head -c 128 /dev/urandom >"$D/munge/key")
munged --force --key-file="$D/munge/key" --socket="$D/munge/socket" --pid-file="$D/munge/pid" \
    --log-file="$D/log/munged" --seed-file="$D/munge/seed"
wait_for "$D/munge/pid"
slurmctld -c
wait_for "$D/ctld/pid"
for node in cpu1 gpu1 gpu2; do
    slurmd -N $node
    wait_for "$D/spool.$node/pid"
done
for _ in $(seq 200); do
    [ "$(sinfo -h -N -o %T | sort -u)" = idle ] && break
    sleep 0.1
done
[ "$(sinfo -h -N -o %T | sort -u)" = idle ] || { sinfo -N; tail "$D"/log/*; exit 1; }
echo ready >&3
cat >/dev/null <&0
timeout 10 scancel -u root || true
for name in spool.gpu2 spool.gpu1 spool.cpu1 ctld munge; do
    kill "$(cat "$D/$name/pid")" || true
done
