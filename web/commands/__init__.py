"""The commands of ``borang`` that stand on their own: one module each, gathered in ``web.cli``."""
