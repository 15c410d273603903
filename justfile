# Daily commands, for `just` (https://just.systems). Each is one that README.md tells of; none needs this file.

# This list.
default:
    @just --list

# The local cloud: `just run --port 8080 --ephemeral`.
run *flags:
    cargo run -- {{flags}}

# Tests, all or those whose names contain a text.
test *filter:
    cargo test --workspace {{filter}}

# What fails most often, before a commit.
check:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings

# The template, without an account.
template:
    infra/scripts/lint-template

# Everything that a change must pass.
ci:
    .ci/run

# Every function for release, with its size.
functions *names:
    infra/scripts/build-functions {{names}}

# The references, after a change of routes or wire types.
openapi:
    UPDATE_OPENAPI=1 cargo test -p tributary-contracts

# One built function with an event, against a running local cloud.
invoke function event:
    infra/scripts/invoke {{function}} {{event}}

# A deployment with the parameters in samconfig.toml: `just deploy prod`.
deploy stage:
    sam build
    sam deploy --config-env {{ if stage == "dev" { "default" } else { stage } }}

# What was given up, once more: `just replay deliveries tributary-prod --dry-run`.
replay what stack *flags:
    infra/scripts/replay {{what}} {{stack}} {{flags}}

# What calls cost, measured anew, and how functions start, after a change of either.
cost:
    cargo run -p tributary-cost -- table --bootstraps
    cargo run -p tributary-cost -- cold-start
