//! Templates: texts with the names of values in braces, such as
//! `{source}-{row:05}-{text|id}`, and the table of names that they share. Each
//! name has a *slot*, its place among the values of a row.

use std::borrow::Cow;
use std::ops::Range;

use indexmap::IndexMap;

use super::toml_reader::{MappingFault, TomlText};
use crate::exchange::problem::MappingProblem;
use crate::model::fold;

/// The values of one record by their slots; none for a value that is missing.
pub(super) type RowValues<'r> = Vec<Option<Cow<'r, str>>>;

/// The names that a mapping mentions, each with its slot.
#[derive(Debug, Default)]
pub(super) struct ValueNames {
    all: IndexMap<String, MakingStep>,
    pub uses: Vec<ValueUse>,
    /// How many steps have been read.
    pub steps: usize,
}

/// The first step that makes a value, if one does.
#[derive(Debug, Default, Clone, Copy)]
struct MakingStep(Option<usize>);

/// A place of the mapping that needs a value.
#[derive(Debug)]
pub(super) struct ValueUse {
    pub slot: usize,
    pub span: Range<usize>,
    /// Whether the value may be of a column that a file does not have.
    pub optional: bool,
    /// How many steps come before, which may have made it.
    pub after: usize,
}

impl ValueNames {
    /// The slot of a value that something needs.
    pub fn needed(&mut self, name: &str, span: Range<usize>, optional: bool) -> usize {
        let slot = self.slot(name);
        self.uses.push(ValueUse { slot, span, optional, after: self.steps });
        slot
    }

    /// The slot of a value that is made by the step that is being read.
    pub fn made(&mut self, name: &str) -> usize {
        let slot = self.slot(name);
        if let Some((_, maker)) = self.all.get_index_mut(slot) {
            maker.0.get_or_insert(self.steps);
        }
        slot
    }

    /// The slot of a name, which is new if nothing has mentioned it.
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
    pub fn made_by(&self, slot: usize) -> Option<usize> {
        self.all.get_index(slot).and_then(|(_, maker)| maker.0)
    }

    /// Every name that a step makes.
    pub fn all(&self) -> impl Iterator<Item = &str> + Clone {
        self.all.keys().map(String::as_str)
    }

    pub fn all_made(&self) -> impl Iterator<Item = &str> {
        self.all.iter().filter(|(_, maker)| maker.0.is_some()).map(|(name, _)| name.as_str())
    }
}

/// A text with slots for values.
#[derive(Debug)]
pub(super) struct Template(Vec<TemplatePart>);

/// A template with a place for a number.
#[derive(Debug)]
pub(super) struct TemplateWithNumber {
    /// The parts before and behind the number.
    pub around: [Template; 2],
    /// How many digits the number has at least.
    pub digits: usize,
}

#[derive(Debug, Clone)]
enum TemplatePart {
    Text(String),
    Value { slot: usize, filters: Vec<TextFilter> },
}

/// What is done to a value on its way into a text.
#[derive(Debug, Clone, Copy)]
enum TextFilter {
    Lower,
    Upper,
    /// Letters and digits in lower case, without diacritics, joined by hyphens.
    Id,
    /// Zeros before it, up to a length.
    Zeros(usize),
}

/// The names of the filters; a number with a leading zero after a colon is one too.
const FILTERS: [(&str, TextFilter); 3] =
    [("lower", TextFilter::Lower), ("upper", TextFilter::Upper), ("id", TextFilter::Id)];

impl TextFilter {
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
    pub fn read(text: &TomlText<'_>, names: &mut ValueNames) -> Result<Self, MappingFault> {
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
                return Err(text.fault(MappingProblem::UnmatchedBrace { key: text.key.to_owned() }));
            };
            if !plain.is_empty() {
                parts.push(TemplatePart::Text(std::mem::take(&mut plain)));
            }
            parts.push(braced_value(after.get(..end).unwrap_or(""), text, names)?);
            rest = after.get(end + 1..).unwrap_or("");
        }
        plain.push_str(rest);
        if !plain.is_empty() || parts.is_empty() {
            parts.push(TemplatePart::Text(plain));
        }
        Ok(Self(parts))
    }

    /// The text for the values of a record; none if a value is missing.
    pub fn fill<'v>(&'v self, values: &'v RowValues<'_>) -> Option<Cow<'v, str>> {
        let part = |part: &'v TemplatePart| match part {
            TemplatePart::Text(text) => Some(Cow::Borrowed(text.as_str())),
            TemplatePart::Value { slot, filters } => {
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

    /// The value that it is, if it is one and nothing more.
    pub fn only_slot(&self) -> Option<usize> {
        match self.0.as_slice() {
            [TemplatePart::Value { slot, .. }] => Some(*slot),
            _ => None,
        }
    }

    /// It without a value that it mentions: the parts before and behind that, and
    /// how many digits a number in its place has at least.
    pub fn without(&self, slot: usize) -> Option<TemplateWithNumber> {
        let is_it = |part: &TemplatePart| matches!(part, TemplatePart::Value { slot: of, .. } if *of == slot);
        let at = self.0.iter().position(is_it)?;
        let (before, behind) = self.0.split_at(at);
        let (TemplatePart::Value { filters, .. }, behind) = behind.split_first()? else { return None };
        let digits = filters.iter().find_map(|filter| match filter {
            TextFilter::Zeros(length) => Some(*length),
            _ => None,
        });
        Some(TemplateWithNumber {
            around: [Self(before.to_vec()), Self(behind.to_vec())],
            digits: digits.unwrap_or_default(),
        })
    }

    /// The slots of its values.
    pub fn slots(&self) -> impl Iterator<Item = usize> {
        self.0.iter().filter_map(|part| match part {
            TemplatePart::Text(_) => None,
            TemplatePart::Value { slot, .. } => Some(*slot),
        })
    }
}

/// What is between braces: a name, `?` if a file may be without it, and filters.
fn braced_value(inner: &str, text: &TomlText<'_>, names: &mut ValueNames) -> Result<TemplatePart, MappingFault> {
    let mut parts = inner.split('|');
    let mut name = parts.next().unwrap_or("").trim();
    let mut filters = Vec::new();
    if let Some((before, length)) = name.rsplit_once(":0")
        && let Ok(length) = length.parse::<usize>()
        && length < 100
    {
        filters.push(TextFilter::Zeros(length));
        name = before;
    }
    for filter in parts {
        let found = FILTERS.iter().find(|(name, _)| *name == filter.trim());
        let Some((_, found)) = found else {
            let known = FILTERS.map(|(name, _)| name).to_vec();
            return Err(text.fault(MappingProblem::UnknownFilter { filter: filter.trim().to_owned(), known }));
        };
        filters.push(*found);
    }
    let (name, optional) = name.strip_suffix('?').map_or((name, false), |name| (name, true));
    if name.is_empty() {
        return Err(text.fault(MappingProblem::EmptyBraces { key: text.key.to_owned() }));
    }
    Ok(TemplatePart::Value { slot: names.needed(name, text.span.clone(), optional), filters })
}
