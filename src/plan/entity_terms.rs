//! What words, names and paths mean if the rows are entities, and how those are
//! refused that belong to facts.

use std::sync::Arc;

use super::check::Checker;
use super::paths::{NamedField, PathTarget, ResolvedPath, attribute, is_line, leading_attribute, written};
use super::report::{Checked, Reported};
use super::scope::RowNoun;
use super::unknown_words::small_word_meant;
use super::{
    EntityMention, FieldProblem, FieldSuggestion, Filter, LifetimeTests, Meaning, Part, RecordTest, RowsProblem,
    Suggestion, WordProblem, meanings, suggest,
};
use crate::model::vocabulary::Role;
use crate::model::{EntityNumber, FieldKind, nearest};
use crate::syntax::tree::{Condition, DateTest, Path, Test, Value};
use crate::syntax::{Span, Spanned, print_condition};

impl<'a> Checker<'a> {
    /// Resolves a path of an entity.
    pub(super) fn resolve_path_of_row(&mut self, path: &Path, noun: &RowNoun) -> Checked<ResolvedPath<'a>> {
        let schema = self.context.schema;
        let written = written(path);
        let names = path.names.as_slice();
        let own = names.first().is_some_and(|first| self.is_own(&first.value, noun));
        let names = if own { names.get(1..).unwrap_or_default() } else { names };
        let place = |target| Ok(ResolvedPath { step: None, target, written: written.clone() });
        let id = || Arc::from("id");
        let kinds = schema.noun(&noun.plural).filter(|_| !noun.kinds.is_empty());
        let open = schema.fields().any(|field| field.open && field.takes_only(&noun.kinds));
        let row = || NamedField::row(kinds.map_or(&[], |(_, noun)| noun.kinds.as_slice()), open);
        let Some(first) = names.first() else {
            return place(PathTarget::Field(row()));
        };
        if names.len() == 1 {
            if first.value.eq_ignore_ascii_case("id") {
                return place(PathTarget::Field(row()));
            }
            if first.value.eq_ignore_ascii_case("in") {
                return place(PathTarget::Groups { field: id(), grouping: None });
            }
            if let Some(grouping) = schema.grouping(&first.value) {
                return place(PathTarget::Groups { field: id(), grouping: Some(grouping) });
            }
            if is_line(schema, &first.value) {
                return place(PathTarget::Line(Some(id())));
            }
        }
        match leading_attribute(schema, names) {
            Some((attribute, rest)) => self.resolve_steps(attribute, rest, path),
            None => Err(self.refuse_unknown_field(path, noun)),
        }
    }

    /// Whether a name means the row itself: `state` in `states state:x`.
    fn is_own(&self, name: &str, noun: &RowNoun) -> bool {
        name.eq_ignore_ascii_case(&noun.singular)
            || self.context.schema.field(name).is_some_and(|field| field.name.as_ref() == noun.role.field())
    }

    fn refuse_unknown_field(&mut self, path: &Path, noun: &RowNoun) -> Reported {
        let name = path.names.last().map_or("", |name| name.value.as_str());
        let alone = path.names.len() == 1;
        if self.status_path(path).is_some() {
            let (path_written, examples) = (written(path), self.examples(name));
            return self.report.refuse(path.span, FieldProblem::StatusAsField { path: path_written, examples });
        }
        if let Some(status) = self.status_of_form(name).filter(|_| alone) {
            return self.refuse_field(path, noun, FieldSuggestion::Similar(status.to_owned()));
        }
        if alone && name.eq_ignore_ascii_case("since") {
            return self.report.refuse(path.span, RowsProblem::SinceOfStages);
        }
        if noun.periods && ["start", "end", "length", "opened_by", "closed_by"].contains(&name) {
            return self.refuse_field(path, noun, FieldSuggestion::ColumnOfPeriods(name.to_owned()));
        }
        let vocabulary = self.context.schema.vocabulary();
        let own = ["id", "name", "kind", "from", "until", "in", "line"].into_iter();
        let ends = [Role::Subject.field(), Role::Object.field()];
        let declared = vocabulary.fields.keys().map(String::as_str).filter(|name| !ends.contains(name));
        let groups = vocabulary.groups.keys().map(String::as_str);
        let statuses = vocabulary.status.keys().map(String::as_str);
        let all: Vec<&str> = own.chain(declared).chain(groups).chain(statuses).collect();
        // The rows themselves are called as the end at which they stand.
        let itself = self.context.schema.end_name(noun.role);
        let suggestion = match suggest::similar(name, all.iter().copied().chain([itself])) {
            Some(near) => FieldSuggestion::Similar(near),
            None => FieldSuggestion::Fields { fields: suggest::owned(all), declare: None, before_dot: false },
        };
        self.refuse_field(path, noun, suggestion)
    }

    fn refuse_field(&mut self, path: &Path, noun: &RowNoun, suggestion: FieldSuggestion) -> Reported {
        let plural = noun.plural.to_string();
        self.report.refuse(path.span, RowsProblem::UnknownField { path: written(path), plural, suggestion })
    }

    /// Refuses a test of a field that only facts have, and shows it within
    /// braces.
    pub(super) fn refuse_test_of_facts(&mut self, test: &Test, span: Span) -> Checked<()> {
        let none = test.values.iter().all(|value| value.value == Value::None);
        let printed = || print_condition(&Spanned::new(Condition::Test(test.clone()), span));
        self.refuse_term_of_facts(Some(&test.path), span, none, &printed)
    }

    /// Refuses a date test of a field that only facts have.
    pub(super) fn refuse_date_of_facts(&mut self, test: &DateTest) -> Checked<()> {
        let span = test.path.as_ref().map_or(test.when.span, |path| path.span.to(test.when.span));
        let printed = || print_condition(&Spanned::new(Condition::Date(test.clone()), span));
        self.refuse_term_of_facts(test.path.as_ref(), span, false, &printed)
    }

    fn refuse_term_of_facts(
        &mut self,
        path: Option<&Path>,
        span: Span,
        none: bool,
        printed: &dyn Fn() -> String,
    ) -> Checked<()> {
        let Some(noun) = self.scope.noun.clone() else { return Ok(()) };
        let plural = noun.plural.to_string();
        let facts = || self.with_facts(&noun, &printed());
        let Some(path) = path else {
            let test = printed();
            let problem = self.own_date_problem(&test, &noun);
            return Err(self.report.refuse(span, problem));
        };
        let names = path.names.as_slice();
        let Some(first) = names.first().filter(|first| !self.is_own(&first.value, &noun)) else { return Ok(()) };
        let schema = self.context.schema;
        if let Some(attribute) = attribute(schema, &first.value) {
            if none || self.somebody_has(&attribute.name, &noun) {
                return Ok(());
            }
            let (singular, field) = (noun.singular.to_string(), attribute.name.to_string());
            let problem = RowsProblem::NobodyHasField { singular, field, facts: facts() };
            return Err(self.report.refuse(path.span, problem));
        }
        let own = first.value.eq_ignore_ascii_case("id") && names.len() == 1;
        let part = super::paths::date_part(&first.value).is_some() && names.len() == 1;
        let source = first.value.eq_ignore_ascii_case("source");
        let of_facts = schema.field(&first.value).is_some() || source || part;
        if own || !of_facts {
            return Ok(());
        }
        let other = schema.field(&first.value).filter(|field| field.kind == FieldKind::Reference);
        let status = self.some_status().filter(|_| other.is_some() && names.len() == 1).map(str::to_owned);
        let problem = RowsProblem::FieldOfFacts { path: written(path), plural, facts: facts(), status };
        Err(self.report.refuse(path.span, problem))
    }

    /// The problem that entities have no date of their own, with the tests that
    /// may be meant.
    fn own_date_problem(&self, test: &str, noun: &RowNoun) -> RowsProblem {
        let compared = compared_with(test);
        let plural = noun.plural.to_string();
        let since = || compared.as_ref().filter(|_| self.statuses > 0).map(|sign| format!("since{sign}"));
        let lifetime = || LifetimeTests {
            began: format!("{plural} from {test}"),
            ended: compared.as_ref().map(|sign| format!("{plural} until{sign}")),
        };
        RowsProblem::NoOwnDate {
            facts: self.with_facts(noun, test),
            periods_start: compared.as_ref().filter(|_| noun.periods).map(|sign| format!("start{sign}")),
            since: if noun.periods { None } else { since() },
            lifetime: (!noun.periods).then(lifetime),
            plural,
        }
    }

    /// The query of the rows with facts that meet a condition; under a `not`,
    /// of the rows without.
    pub(super) fn with_facts(&self, noun: &RowNoun, condition: &str) -> String {
        format!("{} {}", noun.plural, self.with_braces(condition))
    }

    /// `with {…}`; under a `not`, `without {…}`.
    fn with_braces(&self, condition: &str) -> String {
        format!("{} {{{condition}}}", if self.negated { "without" } else { "with" })
    }

    /// Whether any entity of the noun has a value in the field.
    fn somebody_has(&self, name: &str, noun: &RowNoun) -> bool {
        if ["name", "kind", "from", "until"].contains(&name) {
            return true;
        }
        self.context.entities.iter().any(|(_, entity)| noun.takes(&entity.kind) && entity.fields.contains_key(name))
    }

    /// Refuses a bare action, with the conditions that belong to it.
    pub(super) fn refuse_act(&mut self, word: &str, phrase: &str, span: Span, noun: &RowNoun) -> Reported {
        // The rows of `periods` have no noun before them.
        let facts = if noun.periods { self.with_braces(phrase) } else { self.with_facts(noun, phrase) };
        let (word, plural) = (word.to_owned(), noun.plural.to_string());
        self.report.refuse(span, RowsProblem::ActOfFacts { word, plural, facts })
    }

    /// Refuses a text, which only facts have.
    pub(super) fn refuse_text(&mut self, text: &str, span: Span, noun: &RowNoun) -> Reported {
        let facts = self.with_facts(noun, &format!("\"{text}\""));
        let (text, plural) = (text.to_owned(), noun.plural.to_string());
        self.report.refuse(span, RowsProblem::TextOfFacts { text, plural, facts })
    }

    /// Reads a bare name as the row itself, or as a group to which the row
    /// belongs.
    pub(super) fn entity_of_row(
        &mut self,
        word: &str,
        span: Span,
        number: EntityNumber,
        noun: &RowNoun,
    ) -> Checked<Filter> {
        let context = self.context;
        let entity = context.entities.get(number);
        let groups = &context.schema.vocabulary().groups;
        let is_group = groups.values().any(|group| group.kinds.contains(&entity.kind));
        let itself = context.entities.is_of(number, &noun.kinds).then(|| refers(number));
        let member =
            Filter::Test(RecordTest::Member { field: "id".into(), groups: vec![number], at: self.scope.groups });
        let (word, group) = (word.to_owned(), (&**context.entities.get(number)).into());
        let (filter, meaning) = match (itself, is_group) {
            (Some(itself), false) => (itself, meanings::entity(&word, context.entities, number)),
            (None, true) => (member, Meaning::Members { word, group }),
            (Some(itself), true) => {
                let either = [itself, member].map(|filter| Part { filter, span }).to_vec();
                (Filter::Or(either), Meaning::EntityOrMembers { word, group })
            }
            (None, false) => {
                let status = self.some_status().map(|status| format!("{status}:{}", entity.id));
                let (plural, facts) = (noun.plural.to_string(), self.with_facts(noun, &entity.id));
                let entity = EntityMention::from(&**entity);
                return Err(self.report.refuse(span, RowsProblem::OtherKind { word, entity, plural, status, facts }));
            }
        };
        self.report.read(span, meaning);
        Ok(filter)
    }

    /// Reads names that only facts use as the rows themselves.
    pub(super) fn names_of_row(
        &mut self,
        word: &str,
        span: Span,
        numbers: &[EntityNumber],
        noun: &RowNoun,
    ) -> Checked<Filter> {
        let entities = self.context.entities;
        let rows: Vec<EntityNumber> =
            numbers.iter().copied().filter(|number| entities.is_of(*number, &noun.kinds)).collect();
        if let ([], [first, ..]) = (rows.as_slice(), numbers) {
            self.entity_of_row(word, span, *first, noun)
        } else {
            self.report.read(span, meanings::names(word, entities, &rows));
            let test = RecordTest::Refers { fields: vec!["id".into()], entities: rows, written: Vec::new() };
            Ok(Filter::Test(test))
        }
    }

    /// The one entity among several with the same name that can be a row.
    pub(super) fn holder_among_rows(&self, numbers: &[EntityNumber], noun: &RowNoun) -> Option<EntityNumber> {
        let mut fitting = numbers.iter().filter(|number| self.context.entities.is_of(**number, &noun.kinds));
        fitting.next().copied().filter(|_| fitting.next().is_none())
    }

    /// Refuses an unknown word; `more` says whether a condition follows it. Returns how
    /// many words were refused.
    pub(super) fn refuse_run_of_words(
        &mut self,
        run: &[(&str, Span)],
        span: Span,
        noun: &RowNoun,
        more: bool,
    ) -> (usize, Reported) {
        let texts: Vec<&str> = run.iter().map(|(text, _)| *text).collect();
        let word = texts.first().copied().unwrap_or_default();
        if let Some(dated) = super::misread::dated(&texts) {
            let span = run.iter().take(dated.length).fold(span, |whole, (_, span)| whole.to(*span));
            let facts = self.with_facts(noun, &format!("in {}", dated.text));
            let problem = RowsProblem::DateWithoutRelation { date: dated.text, facts };
            return (dated.length, self.report.refuse(span, problem));
        }
        let known = known_elsewhere(word, noun);
        if let Some((length, near)) = self.similar_name_of_words(run).filter(|_| known.is_none()) {
            let whole = run.iter().take(length).fold(span, |whole, (_, span)| whole.to(*span));
            let written = texts[..length].join(" ");
            return (length, self.refuse_word(&written, whole, noun, Suggestion::Similar(near)));
        }
        let near = || self.similar_term_of_row(word, noun, more).map(Suggestion::Similar);
        let names = || suggest::names_with(self.context.entities, word, &[]).map(Suggestion::Names);
        let elsewhere = || self.meant_elsewhere(word, texts.get(1..).unwrap_or_default());
        let suggestion = known.or_else(near).or_else(names).or_else(elsewhere);
        let suggestion = suggestion.unwrap_or_else(|| Suggestion::ConditionsOfRows {
            plural: noun.plural.to_string(),
            statuses: self.context.schema.vocabulary().status.keys().cloned().collect(),
            word: word.to_owned(),
        });
        (1, self.refuse_word(word, span, noun, suggestion))
    }

    /// Refuses a word with what it may have meant.
    pub(super) fn refuse_word(&mut self, word: &str, span: Span, noun: &RowNoun, suggestion: Suggestion) -> Reported {
        let (word, singular) = (word.to_owned(), noun.singular.to_string());
        self.report.refuse(span, WordProblem::UnknownOfRows { word, singular, suggestion })
    }

    /// What a mistyped word was probably meant to be.
    fn similar_term_of_row(&self, word: &str, noun: &RowNoun, more: bool) -> Option<String> {
        let (schema, entities) = (self.context.schema, self.context.entities);
        let vocabulary = schema.vocabulary();
        if let Some(status) = self.similar_status(word) {
            return Some(format!("{status}:…"));
        }
        let fields = ["name", "kind", "from", "line"].into_iter();
        let fields = fields.chain(vocabulary.fields.keys().chain(vocabulary.groups.keys()).map(String::as_str));
        if let Some(field) = nearest(word, fields) {
            return Some(format!("{field}:…"));
        }
        let is_group = |kind: &String| vocabulary.groups.values().any(|group| group.kinds.contains(kind));
        let fits = |number: &EntityNumber| {
            let kind = &entities.get(*number).kind;
            noun.takes(kind) || is_group(kind)
        };
        let fitting = entities.names().filter(|(name, numbers)| name.len() >= 4 && numbers.iter().any(fits));
        let used: Vec<String> = suggest::used_like(entities, word, &noun.kinds).collect();
        let mut names: Vec<&str> = fitting.map(|(name, _)| name).chain(used.iter().map(String::as_str)).collect();
        names.sort_unstable();
        if let Some(name) = nearest(word, names) {
            return Some(name.to_owned());
        }
        let meant = nearest(word, suggest::keywords_before(more));
        if let Some(keyword) = meant.filter(|keyword| !keyword.eq_ignore_ascii_case(word)) {
            return Some(keyword.to_owned());
        }
        let action = nearest(word, suggest::action_forms(schema))?;
        Some(self.with_facts(noun, action))
    }

    /// Refuses a noun that is not first, or a second noun.
    pub(super) fn refuse_misplaced_noun(&mut self, plural: &str, span: Span) -> Reported {
        let singular = self.context.schema.noun(plural).map_or(plural, |(_, noun)| noun.singular.as_str()).to_owned();
        let plural = plural.to_owned();
        let Some(rows) = self.scope.noun.clone() else {
            return self.report.refuse(span, RowsProblem::NounNotFirst { plural, singular });
        };
        if *rows.plural == *plural {
            return self.report.refuse(span, RowsProblem::NounTwice { plural });
        }
        let status = self.some_status().map(|status| format!("{status}:({plural} …)"));
        let facts = format!("{} with {{{singular}:…}}", rows.plural);
        self.report.refuse(span, RowsProblem::SecondNoun { rows: rows.plural.to_string(), status, facts })
    }
}

/// What a word means in other places: plain English, `periods`, and the columns
/// of periods.
fn known_elsewhere(word: &str, noun: &RowNoun) -> Option<Suggestion> {
    let is = |known: &str| known.eq_ignore_ascii_case(word);
    small_word_meant(word)
        .or_else(|| super::misread::is_small(word).then_some(Suggestion::SmallWord { searched: false }))
        .or_else(|| is("periods").then_some(Suggestion::PeriodsFirst))
        .or_else(|| {
            let is_column = noun.periods && ["start", "end", "length"].into_iter().any(is);
            is_column.then(|| Suggestion::ColumnOfPeriods(word.to_owned()))
        })
}

/// The sign and date, as after a field, that a date test means.
fn compared_with(written: &str) -> Option<String> {
    const SIGNS: [(&str, &str); 6] =
        [("since ", ">="), ("after ", ">"), ("before ", "<"), ("until ", "<="), ("in ", ":"), ("on ", ":")];
    let date = |(word, sign): &(&str, &str)| {
        let date = written.strip_prefix(word)?;
        (!date.contains([' ', '{'])).then(|| format!("{sign}{date}"))
    };
    SIGNS.iter().find_map(date)
}

/// The test that the row is this entity.
fn refers(number: EntityNumber) -> Filter {
    Filter::Test(RecordTest::Refers { fields: vec!["id".into()], entities: vec![number], written: Vec::new() })
}
