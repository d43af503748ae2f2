//! Lists of names within sentences.

/// How many names a list has at most.
const MOST: usize = 20;

/// Names in backquotes, with commas between them: `` `a`, `b` ``.
pub(super) fn names<T: AsRef<str>>(all: &[T]) -> String {
    let mut text: Vec<String> = all.iter().take(MOST).map(|name| format!("`{}`", name.as_ref())).collect();
    if all.len() > MOST {
        text.push("…".to_owned());
    }
    text.join(", ")
}

/// Values in double quotes of which one is to be chosen: `"a", "b" or "c"`.
pub(super) fn choices(all: &[&str]) -> String {
    let quoted: Vec<String> = all.iter().map(|value| format!("\"{value}\"")).collect();
    match quoted.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => quoted.concat(),
    }
}
