#!/bin/sh
# Slurm job number -> running, success or failed. An answer that does not come is no failure; a job that nobody knows is.
said=$(scontrol --oneliner show job "$1" 2>&1)
state=$(echo "$said" | sed -n 's/.* JobState=\([A-Z_]*\).*/\1/p')
[ -n "$state" ] || state=$(sacct --allocations --noheader --parsable2 --jobs "$1" --format State 2>/dev/null | cut -d' ' -f1)
case $state$said in
    COMPLETED*) echo success ;;
    FAILED* | CANCELLED* | TIMEOUT* | OUT_OF_MEMORY* | NODE_FAIL* | BOOT_FAIL* | DEADLINE* | PREEMPTED*) echo failed ;;
    *"Invalid job id"*) [ -n "$state" ] && echo running || echo failed ;;
    *) echo running ;;
esac
