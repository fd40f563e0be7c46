"""What the night costs, measured so that anybody can repeat it; docs/performance.md holds the last figures.

- `make bench` (run.py): the floor, our night and the usual way side by side; and where the time goes
- `make bench-scale` (scale.py): 10,000 to 1,000,000 loans, time a loan and memory; a quiet night against a full one
- `make bench-catch-up` (catch_up.py): 1,000 loans of 24 months, 1 to 700 nights made up at once
- `make bench-statement` (statements.py): the statement of a loan of seven years among ten million postings

lives.py and portfolio.py make the portfolios, databases.py the databases; floor.py, night.py and naive.py are the
three ways to do a night, phases.py watches one. All of it runs the program's own functions; nothing is measured on
data that the night would not have booked itself.
"""
