"""Definitions with one mistake each: how many of them the checker, the scenarios and the boundary rows notice."""
