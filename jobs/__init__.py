"""The batch: business dates, runner, timetable, one module a job, scheduler, checkers."""
