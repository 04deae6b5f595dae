"""How fast Borang is, in ratios to the least that the same work can cost. ``make bench`` runs it; the product never does."""
