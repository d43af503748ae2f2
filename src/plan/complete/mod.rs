//! What may stand at the cursor: nouns, fields, actions, words of the language,
//! names, and after `field:` the values of that field.
//!
//! It reads any text, right or wrong, and knows the grammar only as far as the
//! words on the left of the cursor show it.

mod candidates;
mod columns;
mod cursor;

use super::check::Context;
use crate::model::fold;
use crate::syntax::highlight;
use candidates::{Found, Spelling};
use cursor::CursorPlace;

/// What may stand at the cursor.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Completions {
    /// The byte at which what a candidate replaces begins.
    pub start: usize,
    /// The byte after its last: the cursor, or the end of the quotes in which
    /// that stands.
    pub end: usize,
    /// What may stand there, the likeliest first.
    pub candidates: Vec<Candidate>,
}

/// One thing that may stand at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What to put there.
    pub text: String,
    /// What it is, for a person.
    pub label: String,
    /// What it is.
    pub kind: CandidateKind,
}

/// What a candidate is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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

/// What may stand at a place of a text, of one query or of a file of
/// statements; a cursor within a character counts as before it, and one past
/// the end as at the end.
#[must_use]
pub fn complete(text: &str, cursor: usize, context: &Context<'_>) -> Completions {
    let cursor = text.floor_char_boundary(cursor);
    let before = text.get(..cursor).unwrap_or("");
    let nothing = Completions { start: cursor, end: cursor, candidates: Vec::new() };
    let open = Open::at_end(before);
    if open == Open::Comment {
        return nothing;
    }
    let quote = if let Open::Quote(start) = open { Some(start) } else { None };
    let start = quote.unwrap_or_else(|| word_start(before));
    let left = before.get(..start).unwrap_or("");
    let typed = fold(before.get(start..).unwrap_or("").trim_start_matches('"')).into_owned();
    let end = quote.and_then(|start| quote_end(text, start, cursor)).unwrap_or(cursor);
    let place = CursorPlace::read(left, context);
    let mut found = Found::new(context, typed, place.defined.clone());
    let mut begin = start;
    if let Some(field) = field_before(left) {
        let spelling = if quote.is_some() { Spelling::Quoted } else { Spelling::Value };
        found.values_of(field, place.rows, spelling);
    } else if quote.is_none() {
        begin = found.at(&place, before, start);
    }
    Completions { start: begin, end, candidates: found.sorted(MOST) }
}

/// What is open at the end of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Nothing,
    Comment,
    /// Quotes, and where they begin.
    Quote(usize),
}

impl Open {
    fn at_end(before: &str) -> Self {
        let mut open = Self::Nothing;
        let (mut escaped, mut previous) = (false, ' ');
        for (place, character) in before.char_indices() {
            open = match (open, character) {
                (Self::Comment, '\n') => Self::Nothing,
                (Self::Comment, _) => Self::Comment,
                (Self::Quote(_), _) if std::mem::take(&mut escaped) => open,
                (Self::Quote(_), '\\') => {
                    escaped = true;
                    open
                }
                (Self::Quote(_), '"') => Self::Nothing,
                (Self::Nothing, '"') => Self::Quote(place),
                (Self::Nothing, '#')
                    if (previous.is_whitespace() || previous == ';')
                        && !before.get(..place).unwrap_or("").trim_end().ends_with("known") =>
                {
                    Self::Comment
                }
                _ => open,
            };
            previous = character;
        }
        open
    }
}

/// Where the quotes end that begin at a place and in which the cursor stands;
/// none if they are not closed in their line.
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

/// The path before `:` or an operator, if a text ends with it and perhaps
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
