# What holds before a change is done; `make check` is all of it. `.ci/run` does the same.
.PHONY: check lint types test coverage docs promises

check: lint types test coverage docs

lint:
	ruff check .
	ruff format --check .

types:
	mypy

test:
	pytest --cov --cov-report= --cov-fail-under=0

coverage: # of what the last test run measured; the floor is in pyproject.toml
	coverage report

docs:
	NO_MKDOCS_2_WARNING=1 mkdocs build --strict --quiet

promises: # the nightly run: every promise under every fault, many times over; prints the table
	pytest --promises
