"""The schema's history, one file a step: forward only, run by `aflos db upgrade`."""
