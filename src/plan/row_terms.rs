//! What words, names and paths mean where the row is an entity, and what is
//! said of those that are of facts. It must not know how the rows are found.

use std::sync::Arc;

use super::check::Checker;
use super::paths::{Named, Place, What, attribute, is_line, leading_attribute, written};
use super::report::{Checked, Reported};
use super::scope::RowNoun;
use super::{Filter, Part, RecordTest, reading, suggest};
use crate::model::vocabulary::Role;
use crate::model::{EntityNumber, FieldKind, nearest};
use crate::syntax::keyword::{self, KeywordPlace};
use crate::syntax::tree::{Condition, DateTest, Path, Test, Value};
use crate::syntax::{Span, Spanned, print_condition};

impl<'a> Checker<'a> {
    /// What a path names, where the row is an entity.
    pub(super) fn place_of_row(&mut self, path: &Path, noun: &RowNoun) -> Checked<Place<'a>> {
        let schema = self.context.schema;
        let written = written(path);
        let names = path.names.as_slice();
        let own = names.first().is_some_and(|first| self.is_own(&first.value, noun));
        let names = if own { names.get(1..).unwrap_or_default() } else { names };
        let place = |what| Ok(Place { step: None, what, written: written.clone() });
        let id = || Arc::from("id");
        let kinds = schema.noun(&noun.plural).filter(|_| !noun.kinds.is_empty());
        let open = schema.kind_of_names(noun.role, &noun.kinds).is_some();
        let row = || Named::row(kinds.map_or(&[], |(_, noun)| noun.kinds.as_slice()), open);
        let Some(first) = names.first() else {
            return place(What::Field(row()));
        };
        if names.len() == 1 {
            if first.value.eq_ignore_ascii_case("id") {
                return place(What::Field(row()));
            }
            if first.value.eq_ignore_ascii_case("in") {
                return place(What::Groups { field: id(), grouping: None });
            }
            if let Some(grouping) = schema.grouping(&first.value) {
                return place(What::Groups { field: id(), grouping: Some(grouping) });
            }
            if is_line(schema, &first.value) {
                return place(What::Line(Some(id())));
            }
        }
        match leading_attribute(schema, names) {
            Some((attribute, rest)) => self.place_from(attribute, rest, path),
            None => Err(self.no_field_of_row(path, noun)),
        }
    }

    /// Whether a name stands for the row itself: `state` in `states state:x`.
    fn is_own(&self, name: &str, noun: &RowNoun) -> bool {
        name.eq_ignore_ascii_case(&noun.singular)
            || self.context.schema.field(name).is_some_and(|field| field.name.as_ref() == noun.role.field())
    }

    fn no_field_of_row(&mut self, path: &Path, noun: &RowNoun) -> Reported {
        let name = path.names.last().map_or("", |name| name.value.as_str());
        if self.status_path(path).is_some() {
            let message = format!("`{}` is a status and not a field", written(path));
            let help = format!("as a condition it has a value: {}", self.examples(name));
            return self.report.error(path.span, message, Some(help));
        }
        let own = ["id", "name", "kind", "from", "until", "in", "line"];
        let vocabulary = self.context.schema.vocabulary();
        let others = [Role::Subject.field(), Role::Object.field()];
        let declared = vocabulary.fields.keys().map(String::as_str).filter(|name| !others.contains(name));
        let near = own.into_iter().chain(declared).chain(vocabulary.groups.keys().map(String::as_str));
        let near: Vec<&str> = near.chain(vocabulary.status.keys().map(String::as_str)).collect();
        let help = format!("fields: {}", suggest::listed(near.iter().copied()));
        let message = format!("no field of {} is called `{}`", noun.plural, written(path));
        if let Some(status) = self.status_of_form(name).filter(|_| path.names.len() == 1) {
            return self.report.error(path.span, message, Some(format!("did you mean `{status}`?")));
        }
        if let [first] = path.names.as_slice()
            && first.value.eq_ignore_ascii_case("since")
        {
            let message = "`since` is a column of the rows, once their status is known".to_owned();
            return self.report.error(
                path.span,
                message,
                Some("put it into a stage: `… | where since after 2020`".to_owned()),
            );
        }
        if noun.periods && ["start", "end", "length", "opened_by", "closed_by"].contains(&name) {
            let help = Some(format!("of the stretches: `… | where {name} …`"));
            return self.report.error(path.span, message, help);
        }
        self.unknown(path.span, message, name, near, Some(help))
    }

    /// Refuses a test of what only facts have, and shows it within braces.
    pub(super) fn no_test_of_facts(&mut self, test: &Test, span: Span) -> Checked<()> {
        let none = test.values.iter().all(|value| value.value == Value::None);
        let printed = || print_condition(&Spanned::new(Condition::Test(test.clone()), span));
        self.no_term_of_facts(Some(&test.path), span, none, &printed)
    }

    /// Refuses a date test of what only facts have.
    pub(super) fn no_date_of_facts(&mut self, test: &DateTest) -> Checked<()> {
        let span = test.path.as_ref().map_or(test.when.span, |path| path.span.to(test.when.span));
        let printed = || print_condition(&Spanned::new(Condition::Date(test.clone()), span));
        self.no_term_of_facts(test.path.as_ref(), span, false, &printed)
    }

    fn no_term_of_facts(
        &mut self,
        path: Option<&Path>,
        span: Span,
        none: bool,
        printed: &dyn Fn() -> String,
    ) -> Checked<()> {
        let Some(noun) = self.scope.noun.clone() else { return Ok(()) };
        let with = self.with();
        let RowNoun { plural, singular, .. } = &*noun;
        let help = |more: &str| Some(format!("of facts about them: `{plural} {with} {{{}}}`{more}", printed()));
        let Some(path) = path else {
            let message = format!("{plural} have no date of their own");
            let more = self.other_dates(&printed(), &noun);
            return Err(self.report.error(span, message, help(&more)));
        };
        let names = path.names.as_slice();
        let Some(first) = names.first().filter(|first| !self.is_own(&first.value, &noun)) else { return Ok(()) };
        let schema = self.context.schema;
        if let Some(attribute) = attribute(schema, &first.value) {
            if none || self.somebody_has(&attribute.name, &noun) {
                return Ok(());
            }
            let message = format!("no {singular} has a field `{}`", attribute.name);
            return Err(self.report.error(path.span, message, help("")));
        }
        let own = first.value.eq_ignore_ascii_case("id") && names.len() == 1;
        let part = super::paths::date_part(&first.value).is_some() && names.len() == 1;
        let source = first.value.eq_ignore_ascii_case("source");
        let of_facts = schema.field(&first.value).is_some() || source || part;
        if own || !of_facts {
            return Ok(());
        }
        let other = schema.field(&first.value).filter(|field| field.kind == FieldKind::Reference);
        let message = format!("`{}` is of facts, and the rows are {plural}", written(path));
        let status = self.some_status().filter(|_| other.is_some() && names.len() == 1);
        let more = status.map_or(String::new(), |status| format!("; by a status: `{status}:…`"));
        Err(self.report.error(path.span, message, help(&more)))
    }

    /// The dates that a bare date test of entities may have meant.
    fn other_dates(&self, written: &str, noun: &RowNoun) -> String {
        let compared = compared_with(written);
        if noun.periods {
            return compared.map_or(String::new(), |sign| format!("; of the stretches: `… | where start{sign}`"));
        }
        let since = compared.filter(|_| self.statuses > 0);
        let since = since.map_or(String::new(), |since| format!("; of the status: `… | where since{since}`"));
        let plural = &noun.plural;
        let ended = compared_with(written).map(|sign| format!("; ended then: `{plural} until{sign}`"));
        let ended = ended.unwrap_or_default();
        format!("{since}\nbegun then: `{plural} from {written}`{ended}; there on a day: `{plural} as of …`")
    }

    /// Whether an entity that the noun names has a field of its own.
    fn somebody_has(&self, name: &str, noun: &RowNoun) -> bool {
        if ["name", "kind", "from", "until"].contains(&name) {
            return true;
        }
        self.context.entities.iter().any(|(_, entity)| noun.takes(&entity.kind) && entity.fields.contains_key(name))
    }

    /// `with` or, under a `not`, `without`.
    fn with(&self) -> &'static str {
        if self.negated { "without" } else { "with" }
    }

    /// A bare action where the rows are entities, with what belongs to it.
    pub(super) fn no_action_of_row(&mut self, word: &str, phrase: &str, span: Span, noun: &RowNoun) -> Reported {
        // The rows of `periods` are no entities of a noun.
        let rows = if noun.periods { String::new() } else { format!("{} ", noun.plural) };
        let help = format!("`{rows}{} {{{phrase}}}`", self.with());
        self.report.error(span, format!("`{word}` is an act, and the rows are {}", noun.plural), Some(help))
    }

    /// Text where the rows are entities.
    pub(super) fn no_text_of_row(&mut self, text: &str, span: Span, noun: &RowNoun) -> Reported {
        let plural = &noun.plural;
        let help =
            format!("of facts about them: `{plural} {} {{\"{text}\"}}`; by name: `name:\"{text}\"`", self.with());
        self.report.error(span, format!("texts are of facts, and the rows are {plural}"), Some(help))
    }

    /// A bare name where the rows are entities: the row, or its group.
    pub(super) fn named_row(
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
        let itself = noun.takes(&entity.kind).then(|| refers(number));
        let member =
            Filter::Test(RecordTest::Member { field: "id".into(), groups: vec![number], at: self.scope.groups });
        let (filter, text) = match (itself, is_group) {
            (Some(itself), false) => (itself, reading::entity(word, context.entities, number)),
            (None, true) => (member, format!("{word}: {} ({}), those in it", entity.name, entity.kind)),
            (Some(itself), true) => {
                let text = format!("{word}: {} ({}), or those in it", entity.name, entity.kind);
                (Filter::Or([itself, member].map(|filter| Part { filter, span }).to_vec()), text)
            }
            (None, false) => {
                let what = super::references::an(&entity.kind);
                let message = format!("`{word}` is {what} ({}), and the rows are {}", entity.name, noun.plural);
                let status = self.some_status().map(|status| format!("by a status: `{status}:{}`; ", entity.id));
                let with = self.with();
                let help =
                    format!("{}by facts: `{} {with} {{{}}}`", status.unwrap_or_default(), noun.plural, entity.id);
                return Err(self.report.error(span, message, Some(help)));
            }
        };
        self.report.read(span, text);
        Ok(filter)
    }

    /// The one of several holders of a name that can be a row, or its group.
    pub(super) fn one_row(&self, numbers: &[EntityNumber], noun: &RowNoun) -> Option<EntityNumber> {
        let kind = |number: &EntityNumber| self.context.entities.get(*number).kind.as_str();
        let mut fitting = numbers.iter().filter(|number| noun.takes(kind(number)));
        fitting.next().copied().filter(|_| fitting.next().is_none())
    }

    /// A word that nothing is called, where the rows are entities.
    pub(super) fn no_row_word(&mut self, run: &[(&str, Span)], span: Span, noun: &RowNoun) -> (usize, Reported) {
        let texts: Vec<&str> = run.iter().map(|(text, _)| *text).collect();
        let word = texts.first().copied().unwrap_or_default();
        let RowNoun { plural, singular, .. } = noun;
        if let Some(dated) = super::misread::dated(&texts) {
            let span = run.iter().take(dated.length).fold(span, |whole, (_, span)| whole.to(*span));
            let message = format!("before the date `{}` a word must say what it is for", dated.text);
            let with = self.with();
            let help = format!("`as of {0}`; of facts about them: `{plural} {with} {{in {0}}}`", dated.text);
            return (dated.length, self.report.error(span, message, Some(help)));
        }
        let small = super::misread::small_mend(&word.to_ascii_lowercase())
            .or_else(|| super::misread::is_small(word).then_some("small words say nothing here: leave them out"));
        let small = small.map(str::to_owned);
        let first =
            word.eq_ignore_ascii_case("periods").then(|| "it stands before everything else: `periods …`".to_owned());
        let column = noun.periods && ["start", "end", "length"].iter().any(|column| column.eq_ignore_ascii_case(word));
        let first = first.or_else(|| column.then(|| format!("of the stretches: `… | where {word} …`")));
        if let Some((length, near)) = self.near_name(run).filter(|_| small.is_none() && first.is_none()) {
            let whole = run.iter().take(length).fold(span, |whole, (_, span)| whole.to(*span));
            let message = format!("no {singular}, group or status is called `{}`", texts[..length].join(" "));
            return (length, self.report.error(whole, message, Some(format!("did you mean `{near}`?"))));
        }
        let near = || self.near_of_row(word, noun).map(|near| format!("did you mean `{near}`?"));
        let names =
            || suggest::names_with(self.context.entities, word, &[]).map(|names| format!("names with it: {names}"));
        let more = || self.more(word, texts.get(1..).unwrap_or_default());
        let help = small.or(first).or_else(near).or_else(names).or_else(more).unwrap_or_else(|| {
            let statuses = self.context.schema.vocabulary().status.keys().map(|status| format!("`{status}:…`"));
            let statuses: Vec<String> = statuses.collect();
            let statuses = if statuses.is_empty() { String::new() } else { format!(", statuses {}", statuses.join(", ")) };
            format!("here stand names, fields `field:…`{statuses} and facts: `{plural} with {{…}}`, `{plural} with {{\"{word}\"}}`")
        });
        (1, self.report.error(span, format!("no {singular}, group or status is called `{word}`"), Some(help)))
    }

    /// What a mistyped word among conditions on entities was meant to be.
    fn near_of_row(&self, word: &str, noun: &RowNoun) -> Option<String> {
        let (schema, entities) = (self.context.schema, self.context.entities);
        let vocabulary = schema.vocabulary();
        if let Some(status) = self.near_status(word) {
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
        let mut names: Vec<&str> = fitting.map(|(name, _)| name).collect();
        names.sort_unstable();
        if let Some(name) = nearest(word, names) {
            return Some(name.to_owned());
        }
        let keywords = [KeywordPlace::Condition, KeywordPlace::Relation];
        let keywords = keywords.into_iter().flat_map(keyword::at_place).filter(|word| word.len() >= 4);
        if let Some(keyword) = nearest(word, keywords) {
            return Some(keyword.to_owned());
        }
        let action = nearest(word, suggest::action_forms(schema))?;
        Some(format!("{} {} {{{action}}}", noun.plural, self.with()))
    }

    /// A noun that does not stand first, or a second one.
    pub(super) fn misplaced_noun(&mut self, plural: &str, span: Span) -> Reported {
        let singular = self.context.schema.noun(plural).map_or(plural, |(_, noun)| noun.singular.as_str());
        let Some(rows) = self.scope.noun.clone() else {
            let message = format!("`{plural}` says what the rows are, and stands first in a query and nowhere else");
            let help = format!("`{plural} …`, with conditions in parentheses behind it; of facts: `{singular}:…`");
            return self.report.error(span, message, Some(help));
        };
        let message = format!("the rows are {} already", rows.plural);
        let help = if rows.plural.as_ref() == plural {
            format!("leave out the second `{plural}`")
        } else {
            let status = self.some_status();
            let by_status = status.map_or(String::new(), |status| format!("by a status: `{status}:({plural} …)`; "));
            format!("{by_status}by facts: `{} with {{{singular}:…}}`", rows.plural)
        };
        self.report.error(span, message, Some(help))
    }
}

/// A date test as it is written after a field with a sign.
fn compared_with(written: &str) -> Option<String> {
    const SIGNS: [(&str, &str); 6] =
        [("since ", ">="), ("after ", ">"), ("before ", "<"), ("until ", "<="), ("in ", ":"), ("on ", ":")];
    let date = |(word, sign): &(&str, &str)| {
        let date = written.strip_prefix(word)?;
        (!date.contains([' ', '{'])).then(|| format!("{sign}{date}"))
    };
    SIGNS.iter().find_map(date)
}

/// The entity itself.
fn refers(number: EntityNumber) -> Filter {
    Filter::Test(RecordTest::Refers { fields: vec!["id".into()], entities: vec![number], written: Vec::new() })
}
