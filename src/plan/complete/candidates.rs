//! The candidates at a place, from the world and the language.

use std::collections::BTreeSet;

use super::columns::RowsAtCursor;
use super::cursor::{Continuation, CursorPlace};
use super::{Candidate, CandidateKind, CandidateNote, word_start};
use crate::model::vocabulary::Role;
use crate::model::{Entities, FieldDefinition, FieldKind, Precision, fold};
use crate::plan::Context;
use crate::plan::paths::parts_of;
use crate::plan::words::LONGEST_NAME;
use crate::syntax::keyword::{self, MONTHS, at_place};

/// The most entities that are listed.
const MOST: usize = 200;

/// The candidates that begin with what was typed.
pub(super) struct CandidateList<'c, 'a> {
    context: &'c Context<'a>,
    /// What was typed, folded.
    typed: String,
    /// The queries that the text itself defines, as a call begins.
    defined: Vec<String>,
    candidates: Vec<Candidate>,
}

impl<'c, 'a> CandidateList<'c, 'a> {
    pub fn new(context: &'c Context<'a>, typed: String, defined: Vec<String>) -> Self {
        Self { context, typed, defined, candidates: Vec::new() }
    }

    /// The candidates, with those that begin as typed before those found by
    /// another name.
    pub fn sorted(self, most: usize) -> Vec<Candidate> {
        let mut candidates = self.candidates;
        let begins = |candidate: &Candidate| fold(candidate.text.trim_start_matches('"')).starts_with(&self.typed);
        candidates.sort_by_key(|candidate| !begins(candidate));
        candidates.truncate(most);
        candidates
    }

    fn add(&mut self, text: impl Into<String>, note: CandidateNote, kind: CandidateKind) {
        let candidate = Candidate { text: text.into(), kind, note };
        if !self.candidates.iter().any(|other| other.text == candidate.text) {
            self.candidates.push(candidate);
        }
    }

    fn add_if_begun(&mut self, text: &str, note: CandidateNote, kind: CandidateKind) {
        if fold(text).starts_with(&self.typed) {
            self.add(text, note, kind);
        }
    }

    fn keywords(&mut self, words: impl IntoIterator<Item = &'static str>) {
        for word in words {
            self.add_if_begun(word, CandidateNote::None, CandidateKind::Keyword);
        }
    }

    /// Adds the candidates where there is no field before the cursor. Returns
    /// where they begin, which is earlier if the words before are the beginning
    /// of a name.
    pub fn at(&mut self, place: &CursorPlace, before: &str, start: usize) -> usize {
        match &place.sort {
            Continuation::Statement | Continuation::Query => {
                self.nouns();
                let begin = self.condition(place.rows, before, start, false);
                self.keywords(["periods"]);
                if place.sort == Continuation::Statement && begin == start {
                    self.keywords(at_place(keyword::KeywordPlace::Statement).chain(["let"]));
                }
                return begin;
            }
            Continuation::Condition(goes_on) => return self.condition(place.rows, before, start, *goes_on),
            Continuation::Periods => {
                self.statuses();
                self.nouns();
            }
            Continuation::Where => {
                self.columns(place);
                if place.columns.facts {
                    return self.condition(RowsAtCursor::Facts, before, start, true);
                }
                self.keywords(["and", "or", "not"]);
            }
            Continuation::Date => return self.dates(place, before, start),
            Continuation::AsOf => {
                let begin = self.dates(place, before, start);
                if begin == start {
                    self.keywords(["each"]);
                }
                return begin;
            }
            Continuation::Words(words) => self.keywords(words.iter().copied()),
            Continuation::Of(place) => self.keywords(at_place(*place)),
            Continuation::UnitOrMonth => self.keywords(MONTHS.into_iter().chain(at_place(keyword::KeywordPlace::Unit))),
            Continuation::Column(words) => {
                self.columns(place);
                self.keywords(words.iter().copied().filter(|word| *word != "relevance" || place.columns.facts));
            }
            Continuation::Sum => {
                self.columns(place);
                self.keywords(["{"].into_iter().chain(at_place(keyword::KeywordPlace::Date)));
            }
            Continuation::Teller => self.tellers(Spelling::Value),
            Continuation::Field => self.fields(""),
            Continuation::Value => {
                if !self.typed.is_empty() {
                    self.entities(&[], Spelling::Value);
                }
            }
            Continuation::Parameter => {
                let given: Vec<String> = self.context.parameters.names().map(str::to_owned).collect();
                for name in place.parameters.iter().chain(&given) {
                    self.add_if_begun(name, CandidateNote::None, CandidateKind::Parameter);
                }
            }
            Continuation::Nothing => {}
        }
        start
    }

    fn nouns(&mut self) {
        for (plural, noun) in &self.context.schema.vocabulary().nouns {
            self.add_if_begun(plural, CandidateNote::EveryOne(noun.singular.clone()), CandidateKind::Noun);
        }
    }

    fn statuses(&mut self) {
        for name in self.context.schema.vocabulary().status.keys() {
            self.add_if_begun(&format!("{name}:"), CandidateNote::Status, CandidateKind::Status);
        }
    }

    fn dates(&mut self, place: &CursorPlace, before: &str, start: usize) -> usize {
        // `in to` may be the beginning of a longer name.
        let begin = if self.typed.is_empty() { start } else { self.longer_name(before, start).unwrap_or(start) };
        if begin == start {
            self.keywords(at_place(keyword::KeywordPlace::Date).filter(|word| *word != "ago"));
            if self.typed.is_empty() {
                self.keywords(["{"]);
                for name in &place.parameters {
                    self.add(format!("${name}"), CandidateNote::None, CandidateKind::Parameter);
                }
            } else {
                self.keywords(MONTHS);
            }
        }
        begin
    }

    fn columns(&mut self, place: &CursorPlace) {
        for name in &place.columns.names {
            self.add_if_begun(name, CandidateNote::None, CandidateKind::Field);
        }
        if place.columns.facts {
            self.fields("");
            for part in ["year", "decade", "month"] {
                self.add_if_begun(part, CandidateNote::PartOfDate, CandidateKind::Field);
            }
        }
    }

    /// Adds the names of fields, each followed by `after`.
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
                self.add(format!("{name}{after}"), about_or_none(about), CandidateKind::Field);
            }
        }
        let Some((path, part)) = self.typed.rsplit_once('.') else { return };
        let (path, part) = (path.to_owned(), part.to_owned());
        let parts: Vec<&str> = match schema.field(&path).map(|field| field.kind) {
            Some(FieldKind::Date) => parts_of(schema, &path),
            Some(FieldKind::Reference) => {
                let declared = schema.vocabulary().fields.keys().map(String::as_str);
                declared.chain(["name", "kind", "from", "until"]).collect()
            }
            _ => return,
        };
        for name in parts.into_iter().filter(|name| name.starts_with(&part)) {
            self.add(format!("{path}.{name}{after}"), CandidateNote::None, CandidateKind::Field);
        }
    }

    /// Looks for names that begin with earlier words and continue with what was
    /// typed. Returns where they begin, if there are any.
    fn longer_name(&mut self, before: &str, start: usize) -> Option<usize> {
        for earlier in earlier_starts(before, start).into_iter().rev() {
            let written = before.get(earlier..).unwrap_or("");
            let mut typed = fold(written.trim_end()).into_owned();
            // After a space the name must continue.
            if written.ends_with(' ') {
                typed.push(' ');
            }
            // Folding every name again would be slower than typing.
            let entities = self.context.entities;
            let begins = entities.names().any(|(name, _)| name.starts_with(&typed));
            if !begins && entities.undeclared_beginning(&typed, &[], 1).is_empty() {
                continue;
            }
            let later = std::mem::replace(&mut self.typed, typed);
            let known = std::mem::take(&mut self.candidates);
            self.entities(&[], Spelling::Bare);
            if !self.candidates.is_empty() {
                return Some(earlier);
            }
            (self.typed, self.candidates) = (later, known);
        }
        None
    }

    /// Adds the candidates among conditions. Returns where they begin, which is
    /// earlier if the words before are the beginning of a name.
    fn condition(&mut self, rows: RowsAtCursor, before: &str, start: usize, goes_on: bool) -> usize {
        let word = self.typed.clone();
        let Some(earlier) = self.longer_name(before, start) else {
            self.among_conditions(rows, goes_on);
            return start;
        };
        // The word may also begin a condition of its own, after the words
        // before it.
        if !word.is_empty() {
            let (names, typed) = (std::mem::take(&mut self.candidates), std::mem::replace(&mut self.typed, word));
            self.among_conditions(rows, goes_on);
            self.typed = typed;
            let words = before.get(earlier..start).unwrap_or("");
            for Candidate { text, kind, note } in std::mem::replace(&mut self.candidates, names) {
                self.add(format!("{words}{text}"), note, kind);
            }
        }
        earlier
    }

    fn among_conditions(&mut self, rows: RowsAtCursor, goes_on: bool) {
        let context = self.context;
        let schema = context.schema;
        if rows == RowsAtCursor::Facts {
            let mut forms: Vec<_> = schema.action_words().collect();
            forms.sort_unstable_by_key(|(form, _)| *form);
            for (form, word) in forms {
                // Before a letter is typed, other forms of an action are only
                // noise.
                if self.typed.is_empty() && form != word.name {
                    continue;
                }
                let name = if form == word.name { "" } else { word.name.as_str() };
                self.add_if_begun(form, about_or_none(name), CandidateKind::Action);
            }
        }
        self.statuses();
        if rows != RowsAtCursor::Facts {
            for name in ["id:", "name:", "kind:", "from:", "until:"] {
                self.add_if_begun(name, CandidateNote::None, CandidateKind::Field);
            }
        }
        self.fields(":");
        self.add_if_begun("in:", CandidateNote::AnyGroup, CandidateKind::Field);
        self.add_if_begun("line:", CandidateNote::Line, CandidateKind::Field);
        for definition in context.definitions.iter().flat_map(|definitions| definitions.iter()) {
            let end = if definition.parameters().is_empty() { "()" } else { "(" };
            let text = format!("{}{end}", definition.name());
            self.add_if_begun(&text, CandidateNote::Signature(definition.signature()), CandidateKind::Query);
        }
        for text in self.defined.clone() {
            self.add_if_begun(&text, CandidateNote::None, CandidateKind::Query);
        }
        for place in [keyword::KeywordPlace::Relation, keyword::KeywordPlace::Condition, keyword::KeywordPlace::Date] {
            let joins = |word: &&str| goes_on || !["and", "or", "as", "known", "according"].contains(word);
            self.keywords(at_place(place).filter(joins).filter(|word| *word != "periods"));
        }
        if !self.typed.is_empty() {
            self.entities(&[], Spelling::Bare);
        }
    }

    /// Adds those whose account can be asked: whom sources report, and who publishes.
    pub fn tellers(&mut self, spelling: Spelling) {
        let of = |field: &str| self.context.values.map(|values| values(field)).unwrap_or_default();
        let publishers = self.context.schema.vocabulary().publishers.keys().cloned();
        let mut names: Vec<String> = of("source.publisher").into_iter().chain(publishers).collect();
        names.extend(of("source.according_to"));
        for name in names {
            if fold(&name).starts_with(&self.typed) {
                self.add(spelled(&name, spelling), CandidateNote::None, CandidateKind::Value);
            }
        }
        if spelling == Spelling::Value {
            self.keywords(["{"]);
        }
    }

    /// Adds the values of a field.
    pub fn values_of(&mut self, path: &str, rows: RowsAtCursor, spelling: Spelling) {
        let schema = self.context.schema;
        let (head, part) = path.split_once('.').unwrap_or((path, ""));
        if part.eq_ignore_ascii_case("precision") {
            self.keywords(Precision::ALL.map(|(name, _)| name));
            return;
        }
        if part.eq_ignore_ascii_case("basis") {
            self.keywords(["stated", "computed", "none"]);
            return;
        }
        let group = if part.is_empty() { head } else { part };
        let is_status = schema.vocabulary().status.keys().any(|name| name.eq_ignore_ascii_case(group));
        if is_status {
            return self.values_of_status(rows, spelling);
        }
        if group.eq_ignore_ascii_case("kind") {
            return self.kinds(spelling);
        }
        if group.eq_ignore_ascii_case("line") {
            return self.entities(&[], spelling);
        }
        if group.eq_ignore_ascii_case("disputed") {
            return self.fields("");
        }
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

    /// Adds the entities at the other end of a status, and the words that count
    /// them.
    fn values_of_status(&mut self, rows: RowsAtCursor, spelling: Spelling) {
        let nouns = self.context.schema.vocabulary().nouns.values();
        let other = |role: Role| match rows {
            RowsAtCursor::Facts => true,
            RowsAtCursor::Entities(own) => role != own,
        };
        let kinds: Vec<String> = nouns.filter(|noun| other(noun.role)).flat_map(|noun| noun.kinds.clone()).collect();
        self.entities(&kinds, spelling);
        if spelling == Spelling::Value {
            self.add_if_begun("*", CandidateNote::AtLeastOne, CandidateKind::Keyword);
            self.add_if_begun("none", CandidateNote::NotOne, CandidateKind::Keyword);
        }
    }

    fn kinds(&mut self, spelling: Spelling) {
        let context = self.context;
        let mut kinds: Vec<&str> = context.entities.iter().map(|(_, entity)| entity.kind.as_str()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        for kind in kinds {
            if fold(kind).starts_with(&self.typed) {
                self.add(spelled(kind, spelling), CandidateNote::None, CandidateKind::Value);
            }
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
                    self.add_if_begun(form, about_or_none(&word.name), CandidateKind::Action);
                }
                for (label, word) in schema.action_labels().filter(|(label, _)| schema.action_word(label).is_none()) {
                    if label.starts_with(&self.typed) {
                        self.add(spelled(label, spelling), about_or_none(&word.name), CandidateKind::Action);
                    }
                }
            }
            FieldKind::Date => self.keywords(["today", "uncertain"]),
            FieldKind::Keyword => {
                let of_facts = self.context.values.map(|values| values(&field.name)).unwrap_or_default();
                for value in of_facts.into_iter().chain(declared(self.context.entities, &field.name)) {
                    if fold(&value).starts_with(&self.typed) {
                        self.add(spelled(&value, spelling), CandidateNote::None, CandidateKind::Value);
                    }
                }
            }
            FieldKind::Text | FieldKind::Integer | FieldKind::Number | FieldKind::Id => {}
        }
        if spelling == Spelling::Value {
            self.add_if_begun("none", CandidateNote::Absent, CandidateKind::Keyword);
        }
    }

    /// Adds the entities of some kinds, or of any. Each is offered by its id if
    /// that begins as typed, else by its name, else by its id because an alias
    /// begins so.
    fn entities(&mut self, kinds: &[String], spelling: Spelling) {
        let context = self.context;
        let mut found: Vec<(&str, String, CandidateNote)> = Vec::new();
        for (_, entity) in context.entities.iter() {
            if !kinds.is_empty() && !kinds.contains(&entity.kind) {
                continue;
            }
            let begins = |name: &str| fold(name).starts_with(&self.typed);
            let mut alias = None;
            let text = if begins(&entity.id) && spelling != Spelling::Quoted {
                entity.id.clone()
            } else if begins(&entity.name) {
                let text = spelled(&entity.name, spelling);
                // Among conditions, a name in quotes would be read as text.
                if spelling == Spelling::Bare && text.starts_with('"') { entity.id.clone() } else { text }
            } else if begins(&entity.id) {
                entity.id.clone()
            } else if let Some(named) = entity.aliases.iter().find(|alias| begins(alias.name())) {
                alias = named.interval().years().map(|years| (named.name().to_owned(), years));
                entity.id.clone()
            } else {
                continue;
            };
            let note = CandidateNote::Entity { name: entity.name.clone(), kind: entity.kind.clone(), alias };
            found.push((&entity.name, text, note));
        }
        for number in context.entities.undeclared_beginning(&self.typed, kinds, MOST) {
            let entity = context.entities.get(number);
            let text = spelled(&entity.name, spelling);
            // Among conditions, a name in quotes would be read as text.
            if spelling != Spelling::Bare || !text.starts_with('"') {
                found.push((&entity.name, text, about_or_none(&entity.kind)));
            }
        }
        found.sort_unstable_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        for (_, text, note) in found.into_iter().take(MOST) {
            self.add(text, note, CandidateKind::Entity);
        }
    }
}

/// The note for a description, which may be empty.
fn about_or_none(about: &str) -> CandidateNote {
    if about.is_empty() { CandidateNote::None } else { CandidateNote::About(about.to_owned()) }
}

/// The texts that entities have in a field.
fn declared(entities: &Entities, field: &str) -> BTreeSet<String> {
    let values = entities.iter().filter_map(|(_, entity)| entity.fields.get(field));
    let each = values.flat_map(|value| value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice));
    each.filter_map(|value| value.as_str().map(str::to_owned)).collect()
}

/// How a candidate must be spelt at its place.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Spelling {
    /// Among conditions, where a name may have several words.
    Bare,
    /// After `field:`, where several words need quotes.
    Value,
    /// Within open quotes.
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

/// Where the words before a word begin, nearest first.
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
