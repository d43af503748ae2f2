# The commands of a contributor; `just` alone lists them.

_default:
    @just --list

# everything that has to hold before a change lands, exactly as in CI
check:
    .ci/run

# write the golden files anew; read the difference before committing it
bless:
    TRACTAT_BLESS=1 cargo test

# import a large file of votes into a fresh store and time queries on it
bench-votes file:
    cargo bench --bench votes -- {{ file }}

# time joins, statuses and summaries, on a made world and on a file of votes if one is given
bench-language *file:
    cargo bench --bench language -- {{ file }}

# join the records of a file of contested acts, new, again and in reverse order
bench-corroborate file:
    cargo bench --bench corroborate -- {{ file }}
