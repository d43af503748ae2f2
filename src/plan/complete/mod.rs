//! Completion at the cursor: nouns, fields, actions, keywords, names, and after
//! `field:` the values of that field. It accepts any text, right or wrong, and
//! looks only at the words to the left of the cursor.

mod candidates;
mod columns;
mod cursor;

use super::check::Context;
use crate::model::fold;
use crate::syntax::highlight;
use candidates::{CandidateList, Spelling};
use cursor::{Continuation, CursorPlace};

/// The candidates at the cursor.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Completions {
    /// The first byte that a candidate replaces.
    pub start: usize,
    /// The byte after the last: the cursor, or the end of the quotes around it.
    pub end: usize,
    /// The candidates, the most likely first.
    pub candidates: Vec<Candidate>,
}

/// Something that can be inserted at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Candidate {
    /// The text to insert.
    pub text: String,
    /// What the text is.
    pub kind: CandidateKind,
    pub(crate) note: CandidateNote,
}

/// What is shown beside the text of a candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CandidateNote {
    /// Nothing.
    None,
    /// What the vocabulary says of it, or the action of which it is a form.
    About(String),
    /// A noun, and what one of its entities is called.
    EveryOne(String),
    /// A status.
    Status,
    /// A part of the field `date`.
    PartOfDate,
    /// A group of any kind.
    AnyGroup,
    /// An entity and what it succeeds or continues.
    Line,
    /// A query, and how it is called.
    Signature(String),
    /// At least one entity at the other end of a status.
    AtLeastOne,
    /// No entity at the other end of a status.
    NotOne,
    /// No value.
    Absent,
    /// An entity; with the alias by which it was found, and the years in which
    /// that was its name.
    Entity { name: String, kind: String, alias: Option<(String, String)> },
}

/// What a candidate is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CandidateKind {
    /// A noun, which says what the rows are.
    Noun,
    /// A form of an action or umbrella.
    Action,
    /// A status, with `:`.
    Status,
    /// A field, with `:` where a value must follow.
    Field,
    /// A query that has a name, with `(`.
    Query,
    /// A word or sign of the language.
    Keyword,
    /// An entity by its id or name.
    Entity,
    /// A value that facts have.
    Value,
    /// A parameter, without `$`.
    Parameter,
}

/// The most candidates that are listed.
const MOST: usize = 200;

/// The candidates at a byte of a text, which may be one query or a file of
/// statements. A cursor within a character counts as before it, and one past
/// the end as at the end.
#[must_use]
pub fn complete(text: &str, cursor: usize, context: &Context<'_>) -> Completions {
    let cursor = text.floor_char_boundary(cursor);
    let before = text.get(..cursor).unwrap_or("");
    let nothing = Completions { start: cursor, end: cursor, candidates: Vec::new() };
    let unclosed = Unclosed::at_end(before);
    if unclosed == Unclosed::Comment {
        return nothing;
    }
    let quote = if let Unclosed::Quote(start) = unclosed { Some(start) } else { None };
    let start = quote.unwrap_or_else(|| word_start(before));
    let left = before.get(..start).unwrap_or("");
    let typed = fold(before.get(start..).unwrap_or("").trim_start_matches('"')).into_owned();
    let end = quote.and_then(|start| quote_end(text, start, cursor)).unwrap_or(cursor);
    let place = CursorPlace::read(left, context);
    let mut found = CandidateList::new(context, typed, place.defined.clone());
    let mut begin = start;
    if let Some(field) = field_before(left) {
        let spelling = if quote.is_some() { Spelling::Quoted } else { Spelling::Value };
        found.values_of(field, place.rows, spelling);
    } else if quote.is_some() && place.sort == Continuation::Teller {
        found.tellers(Spelling::Quoted);
    } else if quote.is_none() {
        begin = found.at(&place, before, start);
    }
    Completions { start: begin, end, candidates: found.sorted(MOST) }
}

/// What is begun and not closed at the end of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unclosed {
    Nothing,
    Comment,
    /// Quotes, and where they begin.
    Quote(usize),
}

impl Unclosed {
    fn at_end(before: &str) -> Self {
        let mut unclosed = Self::Nothing;
        let (mut escaped, mut previous) = (false, ' ');
        for (place, character) in before.char_indices() {
            unclosed = match (unclosed, character) {
                (Self::Comment, '\n') => Self::Nothing,
                (Self::Comment, _) => Self::Comment,
                (Self::Quote(_), _) if std::mem::take(&mut escaped) => unclosed,
                (Self::Quote(_), '\\') => {
                    escaped = true;
                    unclosed
                }
                (Self::Quote(_), '"') => Self::Nothing,
                (Self::Nothing, '"') => Self::Quote(place),
                (Self::Nothing, '#')
                    if (previous.is_whitespace() || previous == ';')
                        && !before.get(..place).unwrap_or("").trim_end().ends_with("known") =>
                {
                    Self::Comment
                }
                _ => unclosed,
            };
            previous = character;
        }
        unclosed
    }
}

/// The end of the quotes that begin at `start` and contain the cursor; none if
/// they are not closed on their line.
fn quote_end(text: &str, start: usize, cursor: usize) -> Option<usize> {
    let line = text.get(start..)?.split('\n').next()?;
    let parts = highlight(line);
    let (span, _) = parts.first()?;
    let is_closed = span.end > 1 && line.get(span.range()).is_some_and(|quoted| quoted.ends_with('"'));
    (is_closed && start + span.end > cursor).then_some(start + span.end)
}

/// Where the word that ends at the end of a text begins.
fn word_start(before: &str) -> usize {
    let part = |character: char| character.is_alphanumeric() || "-_.'’/&+".contains(character);
    let start = before
        .rfind(|character| !part(character))
        .map_or(0, |place| place + before[place..].chars().next().map_or(0, char::len_utf8));
    let word = before.get(start..).unwrap_or("");
    start + (word.len() - word.trim_start_matches(['-', '.', '\'']).len())
}

/// The path before `:` or an operator at the end of a text, perhaps followed by
/// some values of a list.
fn field_before(left: &str) -> Option<&str> {
    let mut rest = left;
    loop {
        let path = rest.strip_suffix(':').unwrap_or_else(|| rest.trim_end_matches(['<', '>', '=', '!']));
        if path.len() < rest.len() {
            return path.get(word_start(path)..).filter(|path| !path.is_empty());
        }
        rest = rest.strip_suffix(',')?;
        rest = match rest.strip_suffix('"') {
            Some(quoted) => quoted.get(..quoted.rfind('"')?)?,
            None => rest.get(..word_start(rest))?,
        };
    }
}
