//! Queries whose rows are the entities of a noun, or stretches of a status:
//! what the noun stands for, and what words and paths mean where the row is an
//! entity. It must not know what facts are asked.

use std::sync::Arc;

use super::check::Checker;
use super::moments::Days;
use super::paths::{Named, Place, What, attribute, is_line, written};
use super::report::{Checked, Reported};
use super::scope::{RowNoun, Scope};
use super::{EntityRows, Filter, Moment, Others, Part, RowsOf, StatusTest, reading, suggest};
use crate::model::vocabulary::{Noun, Role};
use crate::model::{Day, EntityNumber, FieldKind, Resolution, Schema};
use crate::syntax::tree::{self, Condition, DateTest, Expression, Path, Test, Value};
use crate::syntax::{Span, Spanned, print_condition};

/// A query's noun, and its filter without it.
pub(super) struct Head<'a> {
    /// Where it stands, its plural and what it means.
    pub(super) noun: Option<(Span, &'a str, &'a Noun)>,
    /// What must hold of the rows.
    pub(super) filter: Option<Expression>,
}

impl<'a> Head<'a> {
    /// Tells the noun that a query begins with from its conditions.
    pub(super) fn of(query: &tree::Query, schema: &'a Schema) -> Self {
        let noun = |first: &Expression| match &first.value {
            Condition::Word(word) => schema.noun(word).map(|(plural, noun)| (first.span, plural, noun)),
            _ => None,
        };
        let Some(filter) = &query.filter else { return Self { noun: None, filter: None } };
        if let Some(noun) = noun(filter) {
            return Self { noun: Some(noun), filter: None };
        }
        if let Condition::And(items) = &filter.value
            && let Some((first, rest)) = items.split_first()
            && let Some(noun) = noun(first)
        {
            let filter = match rest {
                [one] => one.clone(),
                rest => {
                    let span = rest
                        .iter()
                        .fold(rest.first().map_or(filter.span, |item| item.span), |whole, item| whole.to(item.span));
                    Spanned::new(Condition::And(rest.to_vec()), span)
                }
            };
            return Self { noun: Some(noun), filter: Some(filter) };
        }
        Self { noun: None, filter: Some(filter.clone()) }
    }
}

impl<'a> Checker<'a> {
    /// What must hold of entities, or of what has a status for some time;
    /// afterwards the scope is that of the stages.
    pub(super) fn entities(
        &mut self,
        query: &tree::Query,
        head: &Head<'a>,
        days: &Days,
        outer: Option<Day>,
    ) -> Checked<(RowsOf, Filter, Vec<Moment>)> {
        let (day, asked) = match days {
            Days::Open => (outer.unwrap_or(self.context.today), outer),
            Days::One(day, _) => (*day, Some(*day)),
            Days::Each(days) => {
                let last = days.last().map_or(self.context.today, |(_, day)| *day);
                (last, Some(last))
            }
        };
        let noun = Arc::new(match head.noun {
            Some((_, plural, noun)) => RowNoun {
                plural: plural.into(),
                singular: noun.singular.as_str().into(),
                kinds: noun.kinds.clone(),
                role: noun.role,
            },
            None => self.noun_of_periods(head.filter.as_ref()),
        });
        let series = matches!(days, Days::Each(_));
        if let Some((span, ..)) = head.noun {
            let alive = match (query.periods, series) {
                (true, _) => String::new(),
                (false, true) => ", alive on each day".to_owned(),
                (false, false) => format!(", alive on {day}"),
            };
            self.report.read(span, reading::noun(&noun, &alive));
        }
        if let Days::One(day, span) = days {
            let text = if query.periods {
                "what has not ended is measured until then"
            } else {
                "the rows, their statuses and groups on that day"
            };
            self.report.read(*span, format!("as of {day}: {text}"));
        }
        let filter = self.on_day(head.filter.as_ref(), &noun, day, asked)?;
        if query.periods {
            return self.periods(query, head, &noun, day, series, filter);
        }
        let mut moments = Vec::new();
        if let Days::Each(days) = days {
            for (label, day) in days {
                let filter = self.quietly(|this| this.on_day(head.filter.as_ref(), &noun, *day, Some(*day)))?;
                moments.push(Moment { label: label.clone(), day: *day, filter });
            }
        }
        let status = one_status(&filter).cloned();
        let status = status.map(|status| StatusTest { at: self.row_at(&status, &moments), ..status });
        self.scope = Scope::rows(noun.clone(), asked.filter(|_| !series), series);
        let RowNoun { plural, singular, kinds, role } = (*noun).clone();
        let rows = EntityRows { noun: singular, plural, kinds, role, day, status };
        Ok((RowsOf::Entities(rows), filter, moments))
    }

    /// When the status of a series is tested: on each day of it, unless
    /// parentheses name a day of their own.
    fn row_at(&self, status: &StatusTest, moments: &[Moment]) -> super::At {
        let first = moments.first().and_then(|moment| one_status(&moment.filter));
        match first {
            Some(first) if first.at != status.at => super::At::Row,
            _ => status.at,
        }
    }

    /// The filter of a query with a noun, as it reads on a day.
    pub(super) fn on_day(
        &mut self,
        filter: Option<&Expression>,
        noun: &Arc<RowNoun>,
        day: Day,
        asked: Option<Day>,
    ) -> Checked<Filter> {
        self.scope = Scope::entities(noun.clone(), day, asked);
        filter.map_or(Ok(Filter::All), |filter| self.condition(filter))
    }

    /// The filter of a query as it reads with another `as of`, for what is
    /// compared between two days; nothing of it is told again.
    pub(super) fn filter_as_of(&mut self, query: &tree::Query, day: Day) -> Checked<Filter> {
        let scope = self.scope.clone();
        let head = Head::of(query, self.context.schema);
        let days = Days::One(day, query.span);
        let entities = head.noun.is_some() || query.periods;
        let read = self.quietly(|this| {
            if entities { this.entities(query, &head, &days, None) } else { this.facts(query, &days, None) }
        });
        self.scope = scope;
        read.map(|(_, filter, _)| filter)
    }

    /// Reads something again, of which all has been told before.
    fn quietly<T>(&mut self, read: impl FnOnce(&mut Self) -> Checked<T>) -> Checked<T> {
        let (hints, readings) = (self.report.hints.len(), self.report.readings.len());
        let result = read(self);
        self.report.hints.truncate(hints);
        self.report.readings.truncate(readings);
        result
    }

    /// What stands at the end of which `periods` without a noun are.
    fn noun_of_periods(&mut self, filter: Option<&Expression>) -> RowNoun {
        let items = match filter {
            Some(Spanned { value: Condition::And(items), .. }) => items.as_slice(),
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        let mut role = None;
        for item in items {
            if let Condition::Test(test) = &item.value
                && let Some(status) = self.status_path(&test.path)
            {
                role = status.role.or_else(|| self.tested_end(test));
                break;
            }
        }
        let role = role.unwrap_or(Role::Subject);
        let singular = self.context.schema.noun_of(role).map_or(role.field(), |noun| noun.singular.as_str());
        let plural = self.noun_at(role).map_or("rows", |(plural, _)| plural);
        RowNoun { plural: plural.into(), singular: singular.into(), kinds: Vec::new(), role }
    }

    /// `periods party:x`: the status by itself, and what else must hold.
    fn periods(
        &mut self,
        query: &tree::Query,
        head: &Head<'a>,
        noun: &Arc<RowNoun>,
        day: Day,
        series: bool,
        filter: Filter,
    ) -> Checked<(RowsOf, Filter, Vec<Moment>)> {
        let span = head.filter.as_ref().map_or(query.span, |filter| filter.span);
        let status = self.some_status().unwrap_or("status");
        let example = format!("`periods {status}:…`, `periods {status}:*`");
        if series {
            let help = Some("leave out `as of each`: every stretch is a row anyway".to_owned());
            return Err(self.report.error(query.span, "`periods` are not of one day", help));
        }
        let (mut statuses, mut rest) = (Vec::new(), Vec::new());
        take_statuses(filter, span, &mut statuses, &mut rest);
        let Some(status) = statuses.pop().filter(|_| statuses.is_empty()) else {
            let message = "`periods` are those of one status";
            return Err(self.report.error(
                span,
                message,
                Some(format!("name one, outside of `or` and `not`: {example}")),
            ));
        };
        if matches!(status.others, Others::Count { least, most } if (least, most) != (1, None)) {
            let message = "`periods` are of pairs, and this counts them";
            return Err(self.report.error(span, message, Some(example)));
        }
        let on_a_day = reading::status(&status, self.context);
        if let Some(told) = self.report.readings.iter_mut().find(|told| told.text == on_a_day) {
            told.text = reading::periods(&status, self.context);
        }
        if !noun.kinds.is_empty() {
            let test = super::Match::Any(noun.kinds.iter().map(|kind| crate::model::fold(kind).into_owned()).collect());
            rest.push(Part { filter: Filter::Keyword { field: "kind".into(), test }, span });
        }
        let filter = match rest.len() {
            0 => Filter::All,
            1 => rest.remove(0).filter,
            _ => Filter::And(rest),
        };
        self.scope = Scope::rows(noun.clone(), None, false);
        let RowNoun { plural, singular, role, .. } = (**noun).clone();
        let rows = EntityRows { noun: singular, plural, kinds: Vec::new(), role, day, status: Some(status) };
        Ok((RowsOf::Periods(rows), filter, Vec::new()))
    }

    /// A noun whose entities stand at an end, the first if there are several.
    pub(super) fn noun_at(&self, role: Role) -> Option<(&'a str, &'a Noun)> {
        let nouns = &self.context.schema.vocabulary().nouns;
        nouns.iter().find(|(_, noun)| noun.role == role).map(|(plural, noun)| (plural.as_str(), noun))
    }

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
        let row = || Named::row(kinds.map_or(&[], |(_, noun)| noun.kinds.as_slice()));
        let Some((first, rest)) = names.split_first() else {
            return place(What::Field(row()));
        };
        if rest.is_empty() {
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
        match attribute(schema, &first.value) {
            Some(attribute) => self.place_from(attribute, rest, path, written),
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
            let help = format!("as a condition it has a value: {}", super::statuses::examples(name));
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
            let more = format!("; of their lives: `from {}`; of the day that is asked about: `as of …`", printed());
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
        let help = format!("`{} {} {{{phrase}}}`", noun.plural, self.with());
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
        let member = Filter::Member { field: "id".into(), groups: vec![number], at: self.scope.groups };
        let (filter, text) = match (itself, is_group) {
            (Some(itself), false) => (itself, reading::entity(word, entity)),
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
        let small = super::misread::is_small(word).then(|| "small words say nothing here: leave them out".to_owned());
        let first =
            word.eq_ignore_ascii_case("periods").then(|| "it stands before everything else: `periods …`".to_owned());
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
        if let Some(field) = crate::model::nearest(word, fields) {
            return Some(format!("{field}:…"));
        }
        let is_group = |kind: &String| vocabulary.groups.values().any(|group| group.kinds.contains(kind));
        let fits = |number: &EntityNumber| {
            let kind = &entities.get(*number).kind;
            noun.takes(kind) || is_group(kind)
        };
        let named = entities.names().filter(|(name, numbers)| name.len() >= 4 && numbers.iter().any(fits));
        let mut names: Vec<&str> = named.map(|(name, _)| name).collect();
        names.sort_unstable();
        if let Some(name) = crate::model::nearest(word, names) {
            return Some(name.to_owned());
        }
        let keywords = [crate::syntax::keyword::Place::Condition, crate::syntax::keyword::Place::Relation];
        let keywords = keywords.into_iter().flat_map(crate::syntax::keyword::at).filter(|word| word.len() >= 4);
        if let Some(keyword) = crate::model::nearest(word, keywords) {
            return Some(keyword.to_owned());
        }
        let action = crate::model::nearest(word, suggest::action_forms(schema))?;
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

    /// Tells of a query that is only of statuses and lists facts all the same.
    pub(super) fn hint_of_noun(&mut self, written: &Expression, filter: &Filter) {
        let Some(status) = one_status(filter).filter(|_| is_of_entities(filter)) else { return };
        let Some((plural, _)) = self.noun_at(status.role) else { return };
        let help = format!("who they are: `{plural} {}`", print_condition(written));
        self.report.hint(written.span, "the rows are facts, of which no other condition is asked", Some(help));
    }

    /// An entity of a name, whatever its kind, if one has it.
    pub(super) fn entity_called(&self, name: &str) -> Option<EntityNumber> {
        match self.context.entities.resolve(name) {
            Resolution::One(number) => Some(number),
            _ => None,
        }
    }
}

/// The entity itself.
fn refers(number: EntityNumber) -> Filter {
    Filter::Refers { fields: vec!["id".into()], entities: vec![number], written: Vec::new() }
}

/// The one status that a filter asks for outside of any `not` and `or`.
pub(super) fn one_status(filter: &Filter) -> Option<&StatusTest> {
    fn positive<'f>(filter: &'f Filter, found: &mut Vec<&'f StatusTest>) {
        match filter {
            Filter::Status(StatusTest { others: Others::Count { least: 0, .. }, .. }) => {}
            Filter::Status(test) => found.push(test),
            Filter::And(parts) => parts.iter().for_each(|part| positive(&part.filter, found)),
            Filter::Maybe(inner) => positive(inner, found),
            _ => {}
        }
    }
    let mut found = Vec::new();
    positive(filter, &mut found);
    match found.as_slice() {
        [one] => Some(one),
        _ => None,
    }
}

/// Tells the statuses of a conjunction from its other parts.
fn take_statuses(filter: Filter, span: Span, statuses: &mut Vec<StatusTest>, rest: &mut Vec<Part>) {
    match filter {
        Filter::All => {}
        Filter::Status(status) => statuses.push(status),
        Filter::And(parts) => {
            for part in parts {
                take_statuses(part.filter, part.span, statuses, rest);
            }
        }
        filter => rest.push(Part { filter, span }),
    }
}

/// Whether nothing of a filter is about acts.
fn is_of_entities(filter: &Filter) -> bool {
    match filter {
        Filter::Status(_) | Filter::Member { .. } => true,
        Filter::Refers { fields, .. } => fields.len() == 1,
        Filter::And(parts) | Filter::Or(parts) => parts.iter().all(|part| is_of_entities(&part.filter)),
        Filter::Not(inner) | Filter::Maybe(inner) => is_of_entities(inner),
        _ => false,
    }
}
