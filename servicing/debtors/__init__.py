"""Debtors: who they are, where they live through time, and their citizen number under lock."""
