"""What every recipe needs: batches, schedules, state that survives, a clock, a history."""
