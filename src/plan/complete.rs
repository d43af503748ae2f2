//! What may stand at the cursor: fields, actions, words of the language,
//! names, and after `field:` the values of that field.
//!
//! It reads any text, right or wrong, and knows the grammar only as far as a
//! glance to the left shows it.

use super::check::Context;
use crate::model::{Entity, FieldDefinition, FieldKind, Precision, fold};
use crate::syntax::keyword::{Place, at};

/// What may stand at the cursor.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Completions {
    /// The byte at which what a candidate replaces begins; it ends at the cursor.
    pub start: usize,
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
    /// A field, with `:` where a value must follow.
    Field,
    /// A form of an action or umbrella.
    Action,
    /// A word of the language.
    Keyword,
    /// An entity by its id or name.
    Entity,
    /// A value that facts have.
    Value,
}

/// The most candidates that are listed.
const MOST: usize = 200;

/// The most words before the cursor that are tried as one name with it.
const LONGEST_NAME: usize = 6;

/// What may stand at a place of a text; a cursor within a character counts as
/// before it, and one past the end as at the end.
#[must_use]
pub fn complete(text: &str, cursor: usize, context: &Context<'_>) -> Completions {
    let cursor = text.floor_char_boundary(cursor);
    let before = text.get(..cursor).unwrap_or("");
    let line = Line::read(before);
    if line.comment {
        return Completions { start: cursor, candidates: Vec::new() };
    }
    let start = line.quote.unwrap_or_else(|| word_start(before));
    let left = before.get(..start).unwrap_or("");
    let typed = before.get(start..).unwrap_or("");
    let mut found = Found { context, typed: fold(typed.trim_start_matches('"')).into_owned(), candidates: Vec::new() };
    let mut begin = start;
    if let Some(field) = field_before(left) {
        let spelling = if line.quote.is_some() { Spelling::Quoted } else { Spelling::Value };
        found.values_of(field, spelling);
    } else if line.quote.is_none() {
        begin = found.at_word(before, start, line.stage);
    }
    let mut candidates = found.candidates;
    candidates.truncate(MOST);
    Completions { start: begin, candidates }
}

/// What a glance over the text before the cursor shows.
struct Line {
    /// Where the quote that is still open began.
    quote: Option<usize>,
    /// Where the stage began in which the cursor is.
    stage: Option<usize>,
    comment: bool,
}

impl Line {
    fn read(before: &str) -> Self {
        let mut line = Self { quote: None, stage: None, comment: false };
        let mut escaped = false;
        let mut previous = ' ';
        for (place, character) in before.char_indices() {
            match character {
                '\n' if line.comment => line.comment = false,
                _ if line.comment => {}
                _ if escaped => escaped = false,
                '\\' if line.quote.is_some() => escaped = true,
                '"' if line.quote.is_some() => line.quote = None,
                '"' => line.quote = Some(place),
                _ if line.quote.is_some() => {}
                '#' if previous.is_whitespace() && !before[..place].trim_end().ends_with("known") => {
                    line.comment = true;
                }
                '|' => line.stage = Some(place + 1),
                _ => {}
            }
            previous = character;
        }
        line
    }
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

/// The candidates that begin with what was typed.
struct Found<'c, 'a> {
    context: &'c Context<'a>,
    /// Folded.
    typed: String,
    candidates: Vec<Candidate>,
}

impl Found<'_, '_> {
    fn add(&mut self, text: impl Into<String>, label: impl Into<String>, kind: CandidateKind) {
        let candidate = Candidate { text: text.into(), label: label.into(), kind };
        if !self.candidates.iter().any(|other| other.text == candidate.text) {
            self.candidates.push(candidate);
        }
    }

    fn add_if_begun(&mut self, text: &str, label: &str, kind: CandidateKind) {
        if fold(text).starts_with(&self.typed) {
            self.add(text, label, kind);
        }
    }

    fn keywords(&mut self, words: impl IntoIterator<Item = &'static str>) {
        for word in words {
            self.add_if_begun(word, "", CandidateKind::Keyword);
        }
    }

    /// What may stand where no field is before the cursor; tells where it begins.
    fn at_word(&mut self, before: &str, start: usize, stage: Option<usize>) -> usize {
        let stage_text = stage.and_then(|stage| before.get(stage..start));
        let stage_word = stage_text.and_then(|text| text.split_whitespace().next());
        match (stage_text, stage_word) {
            (Some(_), None) => self.keywords(at(Place::Stage)),
            (Some(_), Some(word)) if !word.eq_ignore_ascii_case("where") => {
                let more: &[&'static str] = match word.to_ascii_lowercase().as_str() {
                    "count" | "first" | "last" => &["by"],
                    "share" | "min" | "max" | "median" | "sum" => &["of", "by"],
                    "pivot" => &["x"],
                    "diff" => &["known", "as of"],
                    "show" => &["as"],
                    "sort" => &["relevance"],
                    _ => &[],
                };
                self.keywords(more.iter().copied());
                self.columns();
            }
            _ => return self.condition(before, start),
        }
        start
    }

    fn columns(&mut self) {
        self.fields("");
        for part in ["year", "decade", "month"] {
            self.add_if_begun(part, "a part of `date`", CandidateKind::Field);
        }
    }

    /// The names of fields, each with what follows it.
    fn fields(&mut self, after: &str) {
        let schema = self.context.schema;
        let mut names: Vec<(&str, &str)> =
            schema.fields().map(|field| (field.name.as_ref(), field.about.as_str())).collect();
        let mut aliases: Vec<(&str, &str)> = schema.field_aliases().collect();
        aliases.sort_unstable();
        names.extend(aliases);
        names
            .extend(schema.vocabulary().groups.iter().map(|(name, grouping)| (name.as_str(), grouping.about.as_str())));
        for (name, about) in names {
            if fold(name).starts_with(&self.typed) {
                self.add(format!("{name}{after}"), about, CandidateKind::Field);
            }
        }
        let Some((path, part)) = self.typed.rsplit_once('.') else { return };
        let (path, part) = (path.to_owned(), part.to_owned());
        let parts: Vec<&str> = match schema.field(&path).map(|field| field.kind) {
            Some(FieldKind::Date) => vec!["year", "decade", "month", "precision"],
            Some(FieldKind::Reference) => {
                let declared = schema.vocabulary().fields.keys().map(String::as_str);
                declared.chain(["name", "kind", "from", "until"]).collect()
            }
            _ => return,
        };
        for name in parts.into_iter().filter(|name| name.starts_with(&part)) {
            self.add(format!("{path}.{name}{after}"), "", CandidateKind::Field);
        }
    }

    /// What may stand among conditions; tells where it begins, which is
    /// earlier if the words before are the beginning of a name.
    fn condition(&mut self, before: &str, start: usize) -> usize {
        let starts = earlier_starts(before, start);
        for &earlier in starts.iter().rev() {
            let typed = fold(before.get(earlier..).unwrap_or("")).into_owned();
            let later = std::mem::replace(&mut self.typed, typed);
            self.entities(&[], Spelling::Bare);
            if !self.candidates.is_empty() {
                return earlier;
            }
            self.typed = later;
        }
        let mut forms: Vec<_> = self.context.schema.action_words().collect();
        forms.sort_unstable_by_key(|(form, _)| *form);
        for (form, word) in forms {
            let label = if form == word.name { "" } else { word.name.as_str() };
            self.add_if_begun(form, label, CandidateKind::Action);
        }
        self.fields(":");
        self.add_if_begun("in:", "any group", CandidateKind::Field);
        for place in [Place::Relation, Place::Condition, Place::Date] {
            self.keywords(at(place));
        }
        if !self.typed.is_empty() {
            self.entities(&[], Spelling::Bare);
        }
        start
    }

    /// The values of a field.
    fn values_of(&mut self, path: &str, spelling: Spelling) {
        let schema = self.context.schema;
        let (head, part) = path.split_once('.').unwrap_or((path, ""));
        if part.eq_ignore_ascii_case("precision") {
            self.keywords(Precision::ALL.map(|(name, _)| name));
            return;
        }
        let group = if part.is_empty() { head } else { part };
        if let Some((_, grouping)) = schema.grouping(group) {
            return self.entities(&grouping.kinds, spelling);
        }
        if group.eq_ignore_ascii_case("in") {
            let groups = schema.vocabulary().groups.values();
            let kinds: Vec<String> = groups.flat_map(|grouping| grouping.kinds.iter().cloned()).collect();
            return self.entities(&kinds, spelling);
        }
        let field = schema.field(path).or_else(|| schema.field(part));
        if let Some(field) = field {
            self.values_of_field(field, head, spelling);
        }
    }

    fn values_of_field(&mut self, field: &FieldDefinition, written: &str, spelling: Spelling) {
        let schema = self.context.schema;
        match field.kind {
            FieldKind::Reference => {
                let mut nouns = schema.vocabulary().nouns.values();
                let noun = nouns.find(|noun| noun.singular.eq_ignore_ascii_case(written));
                self.entities(noun.map_or(&field.kinds, |noun| &noun.kinds), spelling);
            }
            FieldKind::Action => {
                let mut forms: Vec<_> = schema.action_words().collect();
                forms.sort_unstable_by_key(|(form, _)| *form);
                for (form, word) in forms {
                    self.add_if_begun(form, &word.name, CandidateKind::Action);
                }
            }
            FieldKind::Date => self.keywords(["today", "uncertain"]),
            FieldKind::Keyword => {
                for value in self.context.values.map(|values| values(&field.name)).unwrap_or_default() {
                    if fold(&value).starts_with(&self.typed) {
                        self.add(spelled(&value, spelling), "", CandidateKind::Value);
                    }
                }
            }
            FieldKind::Text | FieldKind::Integer | FieldKind::Number | FieldKind::Id => {}
        }
        if spelling == Spelling::Value {
            self.add_if_begun("none", "the field is absent", CandidateKind::Keyword);
        }
    }

    /// The entities of some kinds, or of any: by id where that begins so, else
    /// by name, else by id where an alias begins so.
    fn entities(&mut self, kinds: &[String], spelling: Spelling) {
        let context = self.context;
        let mut found: Vec<(&str, String, &Entity)> = Vec::new();
        for (_, entity) in context.entities.iter() {
            if !kinds.is_empty() && !kinds.contains(&entity.kind) {
                continue;
            }
            let begins = |name: &str| fold(name).starts_with(&self.typed);
            let text = if begins(&entity.id) && spelling != Spelling::Quoted {
                entity.id.clone()
            } else if begins(&entity.name) {
                let text = spelled(&entity.name, spelling);
                // Among conditions quotes would make text of a name.
                if spelling == Spelling::Bare && text.starts_with('"') { entity.id.clone() } else { text }
            } else if begins(&entity.id) || entity.aliases.iter().any(|alias| begins(alias)) {
                entity.id.clone()
            } else {
                continue;
            };
            found.push((entity.name.as_str(), text, entity));
        }
        found.sort_unstable_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        for (_, text, entity) in found.into_iter().take(MOST) {
            self.add(text, format!("{} ({})", entity.name, entity.kind), CandidateKind::Entity);
        }
    }
}

/// How a candidate is spelt where it stands.
#[derive(Clone, Copy, PartialEq)]
enum Spelling {
    /// Among conditions, where the words of a name may stand beside each other.
    Bare,
    /// After `field:`, where several words need quotes.
    Value,
    /// After a quote that is open.
    Quoted,
}

/// A value as a query spells it.
fn spelled(value: &str, spelling: Spelling) -> String {
    let joins = if spelling == Spelling::Bare { "-_ '’." } else { "-_" };
    let plain = value.chars().all(|character| character.is_alphanumeric() || joins.contains(character));
    if plain && spelling != Spelling::Quoted && !value.is_empty() {
        return value.to_owned();
    }
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The places before a word at which the words before it begin, nearest first.
fn earlier_starts(before: &str, start: usize) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut end = start;
    while starts.len() + 1 < LONGEST_NAME {
        let left = before.get(..end).unwrap_or("");
        let trimmed = left.trim_end_matches(' ');
        let begin = word_start(trimmed);
        if trimmed.len() == left.len() || begin >= trimmed.len() {
            break;
        }
        starts.push(begin);
        end = begin;
    }
    starts
}
