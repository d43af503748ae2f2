//! Tests of fields that refer to entities, and of the groups that those
//! belong to.

use std::sync::Arc;

use super::check::Checker;
use super::field_tests::{Asked, any_of};
use super::parameters::Plain;
use super::paths::Named;
use super::report::{Checked, Reported};
use super::{Filter, Match, Part, RecordTest, reading, suggest};
use crate::model::vocabulary::{Grouping, Role};
use crate::model::{Entity, EntityNumber, Resolution, fold};
use crate::syntax::Span;

impl Checker<'_> {
    /// What a reference field names.
    pub(super) fn reference(&mut self, named: &Named<'_>, asked: &Asked<'_>) -> Checked<Filter> {
        let (mut entities, mut written, mut parts) = (Vec::new(), Vec::new(), Vec::new());
        for value in asked.values {
            match &value.value {
                Plain::Word(name) | Plain::Quoted(name) => match self.entity_of(named, asked, name, value.span)? {
                    Some(number) => entities.push(number),
                    None => written.push(fold(name).into_owned()),
                },
                Plain::Prefix(prefix) => {
                    let prefix = fold(prefix).into_owned();
                    let found = self.entities_named(named.kinds, &|name| name.starts_with(&prefix));
                    if found.is_empty() && !named.open {
                        self.report.hint(value.span, format!("no name begins with `{prefix}`"), None);
                    }
                    entities.extend(found);
                    if named.open {
                        let test = Match::Prefix(prefix);
                        let filter = Filter::Test(RecordTest::Keyword { field: named.name.clone(), test });
                        parts.push(Part { filter, span: value.span });
                    }
                }
                Plain::Regex(pattern) => {
                    let pattern = self.pattern(pattern, value.span)?;
                    if let Ok(expression) = regex::Regex::new(&pattern) {
                        entities.extend(self.entities_named(named.kinds, &|name| expression.is_match(name)));
                    }
                    if named.open {
                        let test = Match::Regex(pattern);
                        let filter = Filter::Test(RecordTest::Keyword { field: named.name.clone(), test });
                        parts.push(Part { filter, span: value.span });
                    }
                }
                _ => return Err(self.no_name(value.span, asked)),
            }
        }
        if !entities.is_empty() || !written.is_empty() || parts.is_empty() {
            entities.sort_unstable();
            entities.dedup();
            let filter = Filter::Test(RecordTest::Refers { fields: vec![named.name.clone()], entities, written });
            parts.insert(0, Part { filter, span: asked.span });
        }
        Ok(any_of(parts))
    }

    fn no_name(&mut self, span: Span, asked: &Asked<'_>) -> Reported {
        let message = format!("`{}` needs a name", asked.written);
        self.report.error(span, message, Some(format!("such as `{0}:name`, `{0}:\"a longer name\"`", asked.written)))
    }

    /// The entities one of whose names, or whose id, passes a test.
    pub(super) fn entities_named(&self, kinds: &[String], test: &dyn Fn(&str) -> bool) -> Vec<EntityNumber> {
        let entities = self.context.entities;
        let named = entities.names().filter(|(name, _)| test(name)).flat_map(|(_, numbers)| numbers.iter().copied());
        let mut found: Vec<_> = named.filter(|number| of_kinds(entities.get(*number), kinds)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The entity of a name, or none if the name stands for itself.
    fn entity_of(
        &mut self,
        named: &Named<'_>,
        asked: &Asked<'_>,
        name: &str,
        span: Span,
    ) -> Checked<Option<EntityNumber>> {
        let entities = self.context.entities;
        let number = match entities.resolve(name) {
            Resolution::Unknown => {
                let with = suggest::names_with(entities, name, named.kinds);
                let near = || self.near_entity(name, named.kinds).map(|near| format!("did you mean `{near}`?"));
                let help = with.map(|names| format!("names with it: {names}")).or_else(near);
                if named.open {
                    if help.is_some() {
                        let message = format!("no entity is called `{name}`, so it stands for itself");
                        self.report.hint(span, message, help);
                    }
                    return Ok(None);
                }
                return Err(self.report.error(span, format!("no entity is called `{name}`"), help));
            }
            Resolution::One(number) => number,
            Resolution::Ambiguous(numbers) => self.one_of(name, numbers, named.kinds, span)?,
        };
        let entity = entities.get(number);
        if !of_kinds(entity, named.kinds) {
            let message = format!(
                "`{name}` is {} ({}), and `{}` names {}",
                an(&entity.kind),
                entity.name,
                asked.written,
                some_of(named.kinds)
            );
            let help = Some(self.home(number));
            return Err(self.report.error(span, message, help));
        }
        self.report.read(span, reading::entity(name, entities, number));
        Ok(Some(number))
    }

    /// The one of several holders of a name that is of some kinds.
    fn one_of(
        &mut self,
        name: &str,
        numbers: Vec<EntityNumber>,
        kinds: &[String],
        span: Span,
    ) -> Checked<EntityNumber> {
        let entities = self.context.entities;
        let fitting: Vec<_> = numbers.iter().copied().filter(|number| of_kinds(entities.get(*number), kinds)).collect();
        if let [one] = fitting.as_slice() {
            return Ok(*one);
        }
        let all = if fitting.is_empty() { numbers } else { fitting };
        let help = format!("write one of {}", suggest::candidates(entities, name, &all));
        Err(self.report.error(span, format!("`{name}` is the name of several"), Some(help)))
    }

    pub(super) fn near_entity(&self, name: &str, kinds: &[String]) -> Option<String> {
        let entities = self.context.entities;
        let mut names: Vec<&str> = entities
            .names()
            .filter(|(_, numbers)| numbers.iter().any(|number| of_kinds(entities.get(*number), kinds)))
            .map(|(name, _)| name)
            .collect();
        names.sort_unstable();
        crate::model::nearest(name, names).map(str::to_owned)
    }

    /// The tests in which an entity can stand.
    fn home(&self, number: EntityNumber) -> String {
        let entity = self.context.entities.get(number);
        let vocabulary = self.context.schema.vocabulary();
        let group = vocabulary.groups.iter().find(|(_, group)| group.kinds.contains(&entity.kind));
        let noun = self.context.schema.nouns().map(|(_, noun)| noun).find(|noun| noun.kinds.contains(&entity.kind));
        // What nobody belongs to is not asked for as a group, if it may be a row.
        let group = group.filter(|_| noun.is_none() || self.context.entities.members(number).next().is_some());
        match (group, noun) {
            (Some((grouping, _)), _) => format!("`{grouping}:{0}` or `in:{0}`", entity.id),
            (None, Some(noun)) => format!("`{}:{}`", noun.singular, entity.id),
            (None, None) => {
                let ends = self.ends(number);
                let roles = [Role::Subject, Role::Object].into_iter().filter(|role| ends.has(*role));
                let tests: Vec<String> = roles.map(|role| format!("`{}:{}`", role.field(), entity.id)).collect();
                tests.join(" or ")
            }
        }
    }

    /// What a field refers to belongs to one of some groups.
    pub(super) fn groups(
        &mut self,
        field: &Arc<str>,
        grouping: Option<(&str, &Grouping)>,
        asked: &Asked<'_>,
    ) -> Checked<Filter> {
        let all = &self.context.schema.vocabulary().groups;
        let any: Vec<String> = all.values().flat_map(|group| group.kinds.iter().cloned()).collect();
        let kinds = grouping.map_or(any.as_slice(), |(_, grouping)| grouping.kinds.as_slice());
        let mut groups = Vec::new();
        for value in asked.values {
            match &value.value {
                Plain::Word(name) | Plain::Quoted(name) => {
                    groups.push(self.group_of(name, kinds, grouping.is_none(), asked, value.span)?);
                }
                Plain::Prefix(prefix) => {
                    let prefix = fold(prefix).into_owned();
                    groups.extend(self.entities_named(kinds, &|name| name.starts_with(&prefix)));
                }
                Plain::Regex(pattern) => {
                    let pattern = self.pattern(pattern, value.span)?;
                    if let Ok(expression) = regex::Regex::new(&pattern) {
                        groups.extend(self.entities_named(kinds, &|name| expression.is_match(name)));
                    }
                }
                _ => return Err(self.no_name(value.span, asked)),
            }
        }
        groups.sort_unstable();
        groups.dedup();
        if groups.is_empty() {
            self.report.hint(asked.span, format!("no group of `{}` is called so", asked.written), None);
        }
        Ok(Filter::Test(RecordTest::Member { field: field.clone(), groups, at: self.scope.groups }))
    }

    /// What a field refers to belongs to no group, or to none of a grouping.
    pub(super) fn no_group(&self, field: &Arc<str>, grouping: Option<(&str, &Grouping)>) -> Filter {
        let all = &self.context.schema.vocabulary().groups;
        let fits = |kind: &String| match grouping {
            Some((_, grouping)) => grouping.kinds.contains(kind),
            None => all.values().any(|group| group.kinds.contains(kind)),
        };
        let groups = self.context.entities.iter().filter(|(_, entity)| fits(&entity.kind)).map(|(number, _)| number);
        let member =
            Filter::Test(RecordTest::Member { field: field.clone(), groups: groups.collect(), at: self.scope.groups });
        Filter::Not(Box::new(member))
    }

    /// What a field refers to, or whatever that succeeds or continues. Without
    /// a field it is the end at which such a thing stands.
    pub(super) fn line(&mut self, field: Option<&Arc<str>>, asked: &Asked<'_>) -> Checked<Filter> {
        let (mut subjects, mut objects) = (Vec::new(), Vec::new());
        for value in asked.values {
            let (Plain::Word(name) | Plain::Quoted(name)) = &value.value else {
                return Err(self.no_name(value.span, asked));
            };
            let number = match self.context.entities.resolve(name) {
                Resolution::One(number) => number,
                Resolution::Ambiguous(numbers) => {
                    let kinds = self.scope.noun.as_ref().map_or(Vec::new(), |noun| noun.kinds.clone());
                    self.one_of(name, numbers, &kinds, value.span)?
                }
                Resolution::Unknown => {
                    let help = self.near_entity(name, &[]).map(|near| format!("did you mean `{near}`?"));
                    return Err(self.report.error(value.span, format!("no entity is called `{name}`"), help));
                }
            };
            let line = self.context.entities.line(number);
            let names: Vec<&str> =
                line.iter().skip(1).map(|number| self.context.entities.get(*number).name.as_str()).collect();
            let text = reading::line(name, self.context.entities.get(number), &names);
            self.report.read(value.span, text);
            let ends = if self.ends(number).tested() == Role::Subject { &mut objects } else { &mut subjects };
            ends.extend(line);
        }
        let refers = |field: Arc<str>, mut entities: Vec<EntityNumber>| {
            entities.sort_unstable();
            entities.dedup();
            Filter::Test(RecordTest::Refers { fields: vec![field], entities, written: Vec::new() })
        };
        if let Some(field) = field {
            subjects.extend(objects);
            return Ok(refers(field.clone(), subjects));
        }
        let ends = [(Role::Subject, subjects), (Role::Object, objects)].into_iter().filter(|(_, all)| !all.is_empty());
        let parts = ends.map(|(role, all)| Part { filter: refers(role.field().into(), all), span: asked.span });
        Ok(any_of(parts.collect()))
    }

    fn group_of(
        &mut self,
        name: &str,
        kinds: &[String],
        any: bool,
        asked: &Asked<'_>,
        span: Span,
    ) -> Checked<EntityNumber> {
        let entities = self.context.entities;
        let number = match entities.resolve(name) {
            Resolution::Unknown => {
                let groups = entities.iter().filter(|(_, entity)| kinds.contains(&entity.kind));
                let otherwise = format!("groups: {}", suggest::listed(groups.map(|(_, entity)| entity.id.as_str())));
                let help = self.near_entity(name, kinds).map(|near| format!("did you mean `{near}`?"));
                let message = format!("no group is called `{name}`");
                return Err(self.report.error(span, message, help.or(Some(otherwise))));
            }
            Resolution::One(number) => number,
            Resolution::Ambiguous(numbers) => self.one_of(name, numbers, kinds, span)?,
        };
        let entity = entities.get(number);
        if kinds.contains(&entity.kind) || (any && entities.members(number).next().is_some()) {
            self.report.read(span, reading::entity(name, entities, number));
            return Ok(number);
        }
        let message =
            format!("`{name}` is {} ({}), and `{}` takes {}", an(&entity.kind), entity.name, asked.written, {
                if any { "groups".to_owned() } else { some_of(kinds) }
            });
        let help = Some(self.home(number));
        Err(self.report.error(span, message, help))
    }
}

fn of_kinds(entity: &Entity, kinds: &[String]) -> bool {
    kinds.is_empty() || kinds.contains(&entity.kind)
}

/// A word with its article.
pub(super) fn an(word: &str) -> String {
    let article = if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {word}")
}

fn some_of(kinds: &[String]) -> String {
    kinds.iter().map(|kind| an(kind)).collect::<Vec<_>>().join(" or ")
}
