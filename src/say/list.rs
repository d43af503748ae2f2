//! Lists of names within sentences.

/// How many names a list has at most.
const MOST: usize = 24;

/// How many characters of a value a message shows at most.
const SHOWN: usize = 80;

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
    joined(all.iter().map(|value| format!("\"{value}\"")), "or")
}

/// Parts of the language in backquotes, all of them: `` `a`, `b` or `c` ``.
pub(super) fn code_with<T: AsRef<str>>(parts: &[T], joint: &str) -> String {
    joined(parts.iter().map(|part| format!("`{}`", part.as_ref())), joint)
}

/// Names as they are, all of them: `a, b and c`.
pub(super) fn all(items: impl IntoIterator<Item = String>) -> String {
    joined(items.into_iter(), "and")
}

fn joined(parts: impl Iterator<Item = String>, joint: &str) -> String {
    let parts: Vec<String> = parts.collect();
    match parts.as_slice() {
        [before @ .., last] if !before.is_empty() => format!("{} {joint} {last}", before.join(", ")),
        all => all.concat(),
    }
}

/// A value as a message shows it: cut if it is long.
pub(super) fn clipped(value: &str) -> String {
    match value.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value.to_owned(),
    }
}

/// Parts of queries in backquotes, all of them.
pub(super) fn code(parts: &[String]) -> String {
    parts.iter().map(|part| format!("`{part}`")).collect::<Vec<_>>().join(", ")
}

/// `a or b`
pub(super) fn either<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> String {
    let mut text = String::new();
    for item in items {
        if !text.is_empty() {
            text.push_str(" or ");
        }
        text.push_str(item.as_ref());
    }
    text
}

/// A noun with its article.
pub(super) fn with_article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {noun}")
}
