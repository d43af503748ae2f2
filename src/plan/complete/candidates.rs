//! What may stand at a place, from the world and the language.

use std::collections::BTreeSet;

use super::cursor::{Continuation, CursorPlace, RowsAtCursor};
use super::{Candidate, CandidateKind, word_start};
use crate::model::vocabulary::Role;
use crate::model::{Entities, Entity, FieldDefinition, FieldKind, Precision, fold};
use crate::plan::Context;
use crate::plan::paths::parts_of;
use crate::syntax::keyword::{self, MONTHS, at_place};

/// The most words before the cursor that are tried as one name with it.
const LONGEST_NAME: usize = 6;

/// The most entities that are looked up.
const MOST: usize = 200;

/// The candidates that begin with what was typed.
pub(super) struct Found<'c, 'a> {
    context: &'c Context<'a>,
    /// Folded.
    typed: String,
    /// The queries that the text itself defines, as they are called.
    defined: Vec<String>,
    candidates: Vec<Candidate>,
}

impl<'c, 'a> Found<'c, 'a> {
    pub fn new(context: &'c Context<'a>, typed: String, defined: Vec<String>) -> Self {
        Self { context, typed, defined, candidates: Vec::new() }
    }

    /// Those that begin with what was typed before those found by another name.
    pub fn sorted(self, most: usize) -> Vec<Candidate> {
        let mut candidates = self.candidates;
        let begins = |candidate: &Candidate| fold(candidate.text.trim_start_matches('"')).starts_with(&self.typed);
        candidates.sort_by_key(|candidate| !begins(candidate));
        candidates.truncate(most);
        candidates
    }

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

    /// What may stand where no field is before the cursor; tells where it
    /// begins, which is earlier if the words before are the beginning of a name.
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
            Continuation::Field => self.fields(""),
            Continuation::Value => {
                if !self.typed.is_empty() {
                    self.entities(&[], Spelling::Value);
                }
            }
            Continuation::Parameter => {
                let given: Vec<String> = self.context.parameters.names().map(str::to_owned).collect();
                for name in place.parameters.iter().chain(&given) {
                    self.add_if_begun(name, "", CandidateKind::Parameter);
                }
            }
            Continuation::Nothing => {}
        }
        start
    }

    fn nouns(&mut self) {
        for (plural, noun) in &self.context.schema.vocabulary().nouns {
            self.add_if_begun(plural, &format!("every {}", noun.singular), CandidateKind::Noun);
        }
    }

    fn statuses(&mut self) {
        for name in self.context.schema.vocabulary().status.keys() {
            self.add_if_begun(&format!("{name}:"), "a status", CandidateKind::Status);
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
                    self.add(format!("${name}"), "", CandidateKind::Parameter);
                }
            } else {
                self.keywords(MONTHS);
            }
        }
        begin
    }

    fn columns(&mut self, place: &CursorPlace) {
        for name in &place.columns.names {
            self.add_if_begun(name, "", CandidateKind::Field);
        }
        if place.columns.facts {
            self.fields("");
            for part in ["year", "decade", "month"] {
                self.add_if_begun(part, "a part of `date`", CandidateKind::Field);
            }
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
            Some(FieldKind::Date) => parts_of(schema, &path),
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

    /// Where a name begins earlier that goes on with what is typed, if one
    /// does; then its candidates are found.
    fn longer_name(&mut self, before: &str, start: usize) -> Option<usize> {
        for earlier in earlier_starts(before, start).into_iter().rev() {
            let written = before.get(earlier..).unwrap_or("");
            let mut typed = fold(written.trim_end()).into_owned();
            // After a blank a name must go on.
            if written.ends_with(' ') {
                typed.push(' ');
            }
            // Folding every name again would take longer than typing does.
            if !self.context.entities.names().any(|(name, _)| name.starts_with(&typed)) {
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

    /// What may stand among conditions, after another or not; tells where it
    /// begins, which is earlier if the words before are the beginning of a name.
    fn condition(&mut self, rows: RowsAtCursor, before: &str, start: usize, goes_on: bool) -> usize {
        let word = self.typed.clone();
        let Some(earlier) = self.longer_name(before, start) else {
            self.among_conditions(rows, goes_on);
            return start;
        };
        // The word may stand for itself all the same, after those before it.
        if !word.is_empty() {
            let (names, typed) = (std::mem::take(&mut self.candidates), std::mem::replace(&mut self.typed, word));
            self.among_conditions(rows, goes_on);
            self.typed = typed;
            let words = before.get(earlier..start).unwrap_or("");
            for Candidate { text, label, kind } in std::mem::replace(&mut self.candidates, names) {
                self.add(format!("{words}{text}"), label, kind);
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
                // Before a letter is typed other forms of the words are but noise.
                if self.typed.is_empty() && form != word.name {
                    continue;
                }
                let label = if form == word.name { "" } else { word.name.as_str() };
                self.add_if_begun(form, label, CandidateKind::Action);
            }
        }
        self.statuses();
        if rows != RowsAtCursor::Facts {
            for name in ["id:", "name:", "kind:", "from:", "until:"] {
                self.add_if_begun(name, "", CandidateKind::Field);
            }
        }
        self.fields(":");
        self.add_if_begun("in:", "any group", CandidateKind::Field);
        self.add_if_begun("line:", "it and what it succeeds or continues", CandidateKind::Field);
        for definition in context.definitions.iter().flat_map(|definitions| definitions.iter()) {
            let end = if definition.parameters().is_empty() { "()" } else { "(" };
            let text = format!("{}{end}", definition.name());
            self.add_if_begun(&text, &definition.signature(), CandidateKind::Query);
        }
        for text in self.defined.clone() {
            self.add_if_begun(&text, "", CandidateKind::Query);
        }
        for place in [keyword::KeywordPlace::Relation, keyword::KeywordPlace::Condition, keyword::KeywordPlace::Date] {
            let joins = |word: &&str| goes_on || !["and", "or", "as", "known"].contains(word);
            self.keywords(at_place(place).filter(joins).filter(|word| *word != "periods"));
        }
        if !self.typed.is_empty() {
            self.entities(&[], Spelling::Bare);
        }
    }

    /// The values of a field.
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

    /// The entities at the other end of a status, and what else counts them.
    fn values_of_status(&mut self, rows: RowsAtCursor, spelling: Spelling) {
        let nouns = self.context.schema.vocabulary().nouns.values();
        let other = |role: Role| match rows {
            RowsAtCursor::Facts => true,
            RowsAtCursor::Entities(own) => role != own,
        };
        let kinds: Vec<String> = nouns.filter(|noun| other(noun.role)).flat_map(|noun| noun.kinds.clone()).collect();
        self.entities(&kinds, spelling);
        if spelling == Spelling::Value {
            self.add_if_begun("*", "at least one", CandidateKind::Keyword);
            self.add_if_begun("none", "not one", CandidateKind::Keyword);
        }
    }

    fn kinds(&mut self, spelling: Spelling) {
        let context = self.context;
        let mut kinds: Vec<&str> = context.entities.iter().map(|(_, entity)| entity.kind.as_str()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        for kind in kinds {
            if fold(kind).starts_with(&self.typed) {
                self.add(spelled(kind, spelling), "", CandidateKind::Value);
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
                    self.add_if_begun(form, &word.name, CandidateKind::Action);
                }
            }
            FieldKind::Date => self.keywords(["today", "uncertain"]),
            FieldKind::Keyword => {
                let of_facts = self.context.values.map(|values| values(&field.name)).unwrap_or_default();
                for value in of_facts.into_iter().chain(declared(self.context.entities, &field.name)) {
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
    /// by name, else by id where an alias begins so, with the years of one that
    /// was a name for a time.
    fn entities(&mut self, kinds: &[String], spelling: Spelling) {
        let context = self.context;
        let mut found: Vec<(&str, String, &Entity, String)> = Vec::new();
        for (_, entity) in context.entities.iter() {
            if !kinds.is_empty() && !kinds.contains(&entity.kind) {
                continue;
            }
            let begins = |name: &str| fold(name).starts_with(&self.typed);
            let mut called = String::new();
            let text = if begins(&entity.id) && spelling != Spelling::Quoted {
                entity.id.clone()
            } else if begins(&entity.name) {
                let text = spelled(&entity.name, spelling);
                // Among conditions quotes would make text of a name.
                if spelling == Spelling::Bare && text.starts_with('"') { entity.id.clone() } else { text }
            } else if begins(&entity.id) {
                entity.id.clone()
            } else if let Some(alias) = entity.aliases.iter().find(|alias| begins(alias.name())) {
                let years = alias.interval().years().map(|years| format!(", {} {years}", alias.name()));
                called = years.unwrap_or_default();
                entity.id.clone()
            } else {
                continue;
            };
            found.push((entity.name.as_str(), text, entity, called));
        }
        found.sort_unstable_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        for (_, text, entity, called) in found.into_iter().take(MOST) {
            self.add(text, format!("{} ({}){called}", entity.name, entity.kind), CandidateKind::Entity);
        }
    }
}

/// The texts that entities declare for a field.
fn declared(entities: &Entities, field: &str) -> BTreeSet<String> {
    let values = entities.iter().filter_map(|(_, entity)| entity.fields.get(field));
    let each = values.flat_map(|value| value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice));
    each.filter_map(|value| value.as_str().map(str::to_owned)).collect()
}

/// How a candidate is spelt where it stands.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Spelling {
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
