"""How fast Borang is, in ratios to the least that the same work can cost. Run by ``make bench`` only."""
