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
    for example in ["embed", "history", "prepared", "reports", "tour"] {
        let program = folder.join(example).with_extension(std::env::consts::EXE_EXTENSION);
        let output = Command::new(&program).output().unwrap_or_else(|error| {
            panic!("{}: {error}; `cargo test --examples` builds it", program.display());
        });
        assert!(output.status.success(), "{example}: {}", String::from_utf8_lossy(&output.stderr));
        write!(actual, "== {example}\n{}", String::from_utf8(output.stdout).unwrap()).unwrap();
    }
    crate::golden::check("tests/golden/examples.txt", &actual);
}
