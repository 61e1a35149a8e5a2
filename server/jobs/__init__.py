"""What runs beside requests: the relay of events, the sending loop, the schedule. `start_jobs` begins them all."""

from server.jobs.running import Jobs, start_jobs

__all__ = ["Jobs", "start_jobs"]
