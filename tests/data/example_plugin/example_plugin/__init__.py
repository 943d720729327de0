"""One plugin of each kind, as an author outside of the program would write them."""
