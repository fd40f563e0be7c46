"""Decisions of the college: proposed, approved within a mandate, announced, and only then facts."""
