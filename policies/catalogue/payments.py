"""Which PayFast an environment pays with, and that no card data is kept."""
