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
