"""The house rules as functions over source text; tests/test_house_rules.py applies them to the whole tree."""
