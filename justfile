# The commands of a contributor; `just` alone lists them.

_default:
    @just --list

# everything that has to hold before a change lands, exactly as in CI
check:
    .ci/run

# write the golden files anew; read the difference before committing it
bless:
    TRACTAT_BLESS=1 cargo test

# import a large file and time queries on it: just bench-votes FILE
bench-votes file:
    cargo run --release --example measure -- {{ file }}
