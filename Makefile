# make run    the editor on the starter preset; without a display the preset is rendered into out/starter.mp4
# make check  format, lint, types, layers, tests
# make test   every test                                                      make bench  benchmarks (ONLY=engine: a part)
# make docs-shots  the documents' and the gallery's pictures, from the running program
# make session     the film of the documents, recorded from the real window
# make lock   constraints.txt anew (ARGS=--upgrade: newest versions)          make clean  everything made here
# Each sets up what it needs first; only python3 and make must be there.

BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: run test check lint docs-shots session bench lock clean sample

run: $(STAMP)
	@if $(BIN)/python -m nodegraph.editor.views.display; then $(BIN)/nodegraph edit starter; \
	  else $(BIN)/nodegraph run starter --output out/starter.mp4; fi

test: $(STAMP)
	@scripts/debian.sh test
	@scripts/with-docker.sh $(BIN)/pytest $(ARGS)

check: lint test

lint: $(STAMP)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

docs-shots: $(STAMP)
	@$(BIN)/python scripts/preset_pictures.py
	@$(BIN)/python scripts/model_pictures.py
	@$(BIN)/python scripts/docs_shots.py
	@$(BIN)/python -m scripts.editor_shots

session: $(STAMP)
	@scripts/with-docker.sh $(BIN)/python -m scripts.record_session

bench: $(STAMP)
	@scripts/with-docker.sh $(BIN)/python -m benchmarks $(if $(ONLY),--only $(ONLY))

sample: $(STAMP)
	@$(BIN)/python scripts/make_sample_clip.py assets/sample.mp4

lock: $(STAMP)
	@scripts/lock.sh $(ARGS)

clean:
	rm -rf .venv out dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find nodegraph nodes models tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): constraints.txt pyproject.toml scripts/setup.sh
	@scripts/setup.sh
