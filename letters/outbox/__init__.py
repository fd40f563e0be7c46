"""The outbox: a letter is a row first and a page later; nothing leaves without release by a second person."""
