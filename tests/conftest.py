"""What every test may count on: a run that was told so ends red when a test was skipped."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds `--no-skips`, which `make test` gives: what is not run is not green."""
    parser.addoption("--no-skips", action="store_true", help="fail the run when a test is skipped")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turns a green run with skipped tests red."""
    if session.config.getoption("--no-skips") and skipped(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Names the skipped tests that made the run red."""
    if not config.getoption("--no-skips"):
        return
    for report in skipped(config):
        terminalreporter.write_line(f"SKIPPED, and --no-skips was given: {report.nodeid}", red=True)


def skipped(config: pytest.Config) -> list[pytest.TestReport]:
    """The reports of skipped tests and modules."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return reporter.stats.get("skipped", []) if reporter else []
