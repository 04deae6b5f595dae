"""What is proved of a process before it runs. Each module holds one kind of proof and reports what it refutes.

``space`` explores everything that people can make of a case; ``reach`` and ``assignment`` ask it their questions. A
proof that fails tells its counter-example as a story about people (``stories``).
"""
