"""That the rules cover everything, and that nothing gets around them."""
