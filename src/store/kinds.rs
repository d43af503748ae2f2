//! Counts of what an import left out and of what was wrong with it, by kind,
//! each with an example.

use indexmap::IndexMap;

use crate::model::Schema;

/// So many of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CountedKind {
    /// What it is, in words.
    pub kind: String,
    /// How many.
    pub count: u64,
    /// The first of them.
    pub example: String,
}

/// How many kinds are told apart; there is no end of messages.
const MOST: usize = 1_000;

/// Kinds in the order of their first.
#[derive(Debug, Default)]
pub(super) struct Kinds(IndexMap<String, (u64, String)>);

impl Kinds {
    pub fn add(&mut self, kind: &str, example: impl FnOnce() -> String) {
        if let Some((count, _)) = self.0.get_mut(kind) {
            *count += 1;
        } else {
            let kind = if self.0.len() < MOST { kind } else { "others" };
            self.0.entry(kind.to_owned()).or_insert_with(|| (0, example())).0 += 1;
        }
    }

    /// The most frequent first.
    pub fn counted(self) -> Vec<CountedKind> {
        let counted = |(kind, (count, example))| CountedKind { kind, count, example };
        let mut kinds: Vec<CountedKind> = self.0.into_iter().map(counted).collect();
        kinds.sort_by_key(|kind| std::cmp::Reverse(kind.count));
        kinds
    }
}

/// A reason without the values in it, nor the column before it: what stands between backquotes is masked
/// unless it is the name of a value or of a field, and what follows
/// a semicolon is a mend.
pub(super) fn kind_of(reason: &str, schema: &Schema) -> String {
    let in_column = reason.strip_prefix("column `").and_then(|rest| rest.split_once("`: "));
    let reason = in_column.map_or(reason, |(_, reason)| reason);
    let mut kind = String::new();
    let mut parts = reason.split('`');
    let mut plain = parts.next().unwrap_or("");
    loop {
        if let Some((before, _)) = plain.split_once(';') {
            kind.push_str(before);
            break;
        }
        kind.push_str(plain);
        let (Some(quoted), Some(next)) = (parts.next(), parts.next()) else { break };
        let names_it = ["value ", "field "].iter().any(|word| plain.ends_with(word));
        let keep = names_it || schema.fields().any(|field| *field.name == *quoted);
        kind.push('`');
        kind.push_str(if keep { quoted } else { "…" });
        kind.push('`');
        plain = next;
    }
    kind.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_a_reason_without_its_values() {
        let schema = Schema::default();
        let kind = |reason: &str| kind_of(reason, &schema);
        assert_eq!(
            kind("column `a; b`: value `day`: `12 x` is not a date as day month year (m.toml:3)"),
            "value `day`: `…` is not a date as day month year (m.toml:3)"
        );
        assert_eq!(
            kind("`subject` names `x`, which is not known; did you mean `y`?"),
            "`subject` names `…`, which is not known"
        );
        assert_eq!(kind("`one` and `two"), "`…` and");
    }
}
