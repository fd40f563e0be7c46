"""The tests of Aflos; scenario tests tell the life of a loan by day."""
