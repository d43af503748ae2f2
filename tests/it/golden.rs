//! Golden files: what the program prints, kept in the repository and compared
//! by the tests. A difference is shown as a diff; `TRACTAT_BLESS=1` accepts it.

use std::path::Path;

use similar::TextDiff;

/// Compares a text with a file, given by its path from the root of the repository.
#[track_caller]
pub fn check(path: &str, actual: &str) {
    check_masked(path, actual, str::to_owned);
}

/// Compares a text with a file after replacing in both what differs from run to run.
#[track_caller]
pub fn check_masked(path: &str, actual: &str, mask: impl Fn(&str) -> String) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let expected = std::fs::read_to_string(&file).unwrap_or_default();
    let (old, new) = (mask(&expected), mask(actual));
    if old == new {
        return;
    }
    if std::env::var_os("TRACTAT_BLESS").is_some() {
        return std::fs::write(&file, actual).unwrap();
    }
    let diff = TextDiff::from_lines(&old, &new);
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    panic!(
        "{path} is not what the program prints:\n{}\n\
        To accept it: TRACTAT_BLESS=1 cargo test {test}\n",
        diff.unified_diff().context_radius(3).header(path, "printed now")
    );
}
