"""What is proved of a definition before it may run. Every finding carries a case that shows it."""
