//! Templates: texts with the names of values in braces, such as
//! `{source}-{row:05}-{text|id}`, and the table of names that they share.

use std::borrow::Cow;
use std::ops::Range;

use indexmap::IndexMap;

use super::reading::{Fault, Text};
use crate::model::fold;

/// The values of one record, by the places of their names; none where one is missing.
pub(super) type Values<'r> = Vec<Option<Cow<'r, str>>>;

/// The names that a mapping speaks of, each with its place among the values.
#[derive(Debug, Default)]
pub(super) struct Names {
    all: IndexMap<String, Maker>,
    pub uses: Vec<Use>,
    /// How many steps have been read.
    pub steps: usize,
}

/// Which step makes a value first, if one does.
#[derive(Debug, Default, Clone, Copy)]
struct Maker(Option<usize>);

/// A place of the mapping that needs a value.
#[derive(Debug)]
pub(super) struct Use {
    pub slot: usize,
    pub span: Range<usize>,
    /// Whether the value may be of a column that a file has not.
    pub optional: bool,
    /// By how many steps it may have been made.
    pub after: usize,
}

impl Names {
    /// The place of a value that something needs.
    pub fn needed(&mut self, name: &str, span: Range<usize>, optional: bool) -> usize {
        let slot = self.slot(name);
        self.uses.push(Use { slot, span, optional, after: self.steps });
        slot
    }

    /// The place of a value that the step makes that is being read.
    pub fn made(&mut self, name: &str) -> usize {
        let slot = self.slot(name);
        if let Some((_, maker)) = self.all.get_index_mut(slot) {
            maker.0.get_or_insert(self.steps);
        }
        slot
    }

    /// The place of a name.
    pub fn slot(&mut self, name: &str) -> usize {
        let entry = self.all.entry(name.to_owned());
        let slot = entry.index();
        entry.or_default();
        slot
    }

    pub fn len(&self) -> usize {
        self.all.len()
    }

    pub fn name(&self, slot: usize) -> &str {
        self.all.get_index(slot).map_or("", |(name, _)| name)
    }

    pub fn find(&self, name: &str) -> Option<usize> {
        self.all.get_index_of(name)
    }

    /// The first step that makes a value.
    pub fn maker(&self, slot: usize) -> Option<usize> {
        self.all.get_index(slot).and_then(|(_, maker)| maker.0)
    }

    /// Every name that a step makes.
    pub fn all_made(&self) -> impl Iterator<Item = &str> {
        self.all.iter().filter(|(_, maker)| maker.0.is_some()).map(|(name, _)| name.as_str())
    }
}

/// A text with the places of values.
#[derive(Debug)]
pub(super) struct Template(Vec<Part>);

#[derive(Debug)]
enum Part {
    Text(String),
    Value { slot: usize, filters: Vec<Filter> },
}

/// What is done to a value on its way into a text.
#[derive(Debug, Clone, Copy)]
enum Filter {
    Lower,
    Upper,
    /// Letters and digits in lower case, without diacritics, joined by hyphens.
    Id,
    /// Zeros before it, up to a length.
    Zeros(usize),
}

/// The names of the filters; a number with a leading zero after a colon is one too.
const FILTERS: [(&str, Filter); 3] = [("lower", Filter::Lower), ("upper", Filter::Upper), ("id", Filter::Id)];

impl Filter {
    fn apply(self, value: &str) -> String {
        match self {
            Self::Lower => value.to_lowercase(),
            Self::Upper => value.to_uppercase(),
            Self::Zeros(length) => format!("{value:0>length$}"),
            Self::Id => {
                let folded = fold(value);
                let words = folded.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
                words.collect::<Vec<_>>().join("-")
            }
        }
    }
}

impl Template {
    /// Reads a template; `{{` and `}}` are braces.
    pub fn read(text: &Text<'_>, names: &mut Names) -> Result<Self, Fault> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text.value;
        while let Some(at) = rest.find(['{', '}']) {
            plain.push_str(rest.get(..at).unwrap_or(""));
            let after = rest.get(at + 1..).unwrap_or("");
            let brace = if rest.as_bytes().get(at) == Some(&b'{') { '{' } else { '}' };
            if let Some(more) = after.strip_prefix(brace) {
                plain.push(brace);
                rest = more;
                continue;
            }
            let Some(end) = after.find('}').filter(|_| brace == '{') else {
                return Err(text.fault("has a brace without its other: write `{{` or `}}` for a brace itself"));
            };
            if !plain.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut plain)));
            }
            parts.push(value(after.get(..end).unwrap_or(""), text, names)?);
            rest = after.get(end + 1..).unwrap_or("");
        }
        plain.push_str(rest);
        if !plain.is_empty() || parts.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Self(parts))
    }

    /// The text for the values of a record; none if a value is missing.
    pub fn fill<'v>(&'v self, values: &'v Values<'_>) -> Option<Cow<'v, str>> {
        let part = |part: &'v Part| match part {
            Part::Text(text) => Some(Cow::Borrowed(text.as_str())),
            Part::Value { slot, filters } => {
                let value = values.get(*slot)?.as_deref()?;
                let (first, more) = match filters.split_first() {
                    None => return Some(Cow::Borrowed(value)),
                    Some((first, more)) => (first.apply(value), more),
                };
                Some(Cow::Owned(more.iter().fold(first, |text, filter| filter.apply(&text))))
            }
        };
        if let [only] = self.0.as_slice() {
            return part(only).filter(|text| !text.is_empty());
        }
        let mut whole = String::new();
        for each in &self.0 {
            whole.push_str(&part(each)?);
        }
        Some(Cow::Owned(whole))
    }

    /// The places of its values.
    pub fn slots(&self) -> impl Iterator<Item = usize> {
        self.0.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Value { slot, .. } => Some(*slot),
        })
    }
}

/// What stands between braces: a name, `?` if a file may be without it, and filters.
fn value(inner: &str, text: &Text<'_>, names: &mut Names) -> Result<Part, Fault> {
    let mut parts = inner.split('|');
    let mut name = parts.next().unwrap_or("").trim();
    let mut filters = Vec::new();
    if let Some((before, length)) = name.rsplit_once(":0")
        && let Ok(length) = length.parse::<usize>()
        && length < 100
    {
        filters.push(Filter::Zeros(length));
        name = before;
    }
    for filter in parts {
        let found = FILTERS.iter().find(|(name, _)| *name == filter.trim());
        let Some((_, found)) = found else {
            let all = FILTERS.map(|(name, _)| format!("`{name}`")).join(", ");
            return Err(text.fault(format!("has no filter `{}`: there are {all}", filter.trim())));
        };
        filters.push(*found);
    }
    let (name, optional) = name.strip_suffix('?').map_or((name, false), |name| (name, true));
    if name.is_empty() {
        return Err(text.fault("has braces without a name between them: write `{name}`"));
    }
    Ok(Part::Value { slot: names.needed(name, text.span.clone(), optional), filters })
}
