"""Dunning (invordering): from arrears to the step that is due, one at a time, by the kind of debt."""
