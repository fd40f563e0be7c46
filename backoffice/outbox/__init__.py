"""What people do with letters: put them together, take them out, release, print, hand over and take back."""
