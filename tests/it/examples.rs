//! The examples run, and print what the golden file says.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;

#[test]
fn the_examples_print_what_they_promise() {
    // `cargo test` builds the examples into a folder beside that of the tests.
    let here = std::env::current_exe().unwrap();
    let folder: PathBuf = here.parent().and_then(|deps| deps.parent()).unwrap().join("examples");
    let mut actual = String::new();
    for example in ["embed", "history", "prepared", "reports"] {
        let program = folder.join(example).with_extension(std::env::consts::EXE_EXTENSION);
        let output = Command::new(&program).output().unwrap_or_else(|error| {
            panic!("{}: {error}; `cargo test --examples` builds it", program.display());
        });
        assert!(output.status.success(), "{example}: {}", String::from_utf8_lossy(&output.stderr));
        write!(actual, "== {example}\n{}", String::from_utf8(output.stdout).unwrap()).unwrap();
    }
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/examples.txt");
    if std::env::var_os("TRACTAT_BLESS").is_some() {
        std::fs::write(golden, &actual).unwrap();
    }
    assert_eq!(actual, std::fs::read_to_string(golden).unwrap_or_default(), "bless with TRACTAT_BLESS=1");
}
