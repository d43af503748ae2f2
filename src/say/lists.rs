//! Lists and articles.

/// The most names that a list has.
const MOST: usize = 24;

/// Names in backticks, cut off where there are many.
pub(super) fn quoted_list(names: &[String]) -> String {
    let mut text = code_list(names.get(..MOST).unwrap_or(names));
    if names.len() > MOST {
        text.push_str(", …");
    }
    text
}

/// Parts of queries in backticks, all of them.
pub(super) fn code_list(parts: &[String]) -> String {
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
