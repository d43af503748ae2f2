//! Tests of fields that refer to entities, and of the groups to which these
//! belong.

use std::sync::Arc;

use super::check::Checker;
use super::field_tests::ValueTest;
use super::parameters::PlainValue;
use super::paths::NamedField;
use super::report::{Checked, Reported};
use super::{
    EntityMention, ExpectedValue, Filter, Match, Part, RecordTest, ReferenceProblem, Suggestion, TakenKinds,
    ValueProblem, meanings, suggest,
};
use crate::model::vocabulary::{Grouping, Role};
use crate::model::{EntityNumber, Resolution, fold, nearest};
use crate::syntax::Span;

impl Checker<'_> {
    /// Reads a test of a reference field.
    pub(super) fn reference(&mut self, named: &NamedField<'_>, asked: &ValueTest<'_>) -> Checked<Filter> {
        let (mut entities, mut written, mut parts) = (Vec::new(), Vec::new(), Vec::new());
        for value in asked.values {
            match &value.value {
                PlainValue::Word(name) | PlainValue::Quoted(name) => {
                    let found = self.entities_of(named, asked, name, value.span)?;
                    if found.is_empty() {
                        written.push(name.clone());
                    }
                    entities.extend(found);
                }
                PlainValue::Prefix(prefix) => {
                    let prefix = fold(prefix).into_owned();
                    let found = self.entities_named(named.kinds, &|name| name.starts_with(&prefix));
                    if found.is_empty() && !named.open {
                        self.report.warn(value.span, ReferenceProblem::NoNameBegins { prefix: prefix.clone() });
                    }
                    entities.extend(found);
                    if named.open {
                        let test = Match::Prefix(prefix);
                        let filter = Filter::Test(RecordTest::Keyword { field: named.name.clone(), test });
                        parts.push(Part { filter, span: value.span });
                    }
                }
                PlainValue::Regex(pattern) => {
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
                _ => return Err(self.refuse_as_name(value.span, asked)),
            }
        }
        if !entities.is_empty() || !written.is_empty() || parts.is_empty() {
            entities.sort_unstable();
            entities.dedup();
            let filter = Filter::Test(RecordTest::Refers { fields: vec![named.name.clone()], entities, written });
            parts.insert(0, Part { filter, span: asked.span });
        }
        Ok(Filter::any(parts))
    }

    fn refuse_as_name(&mut self, span: Span, asked: &ValueTest<'_>) -> Reported {
        let field = asked.written.to_owned();
        self.report.refuse(span, ValueProblem::WrongType { field, expected: ExpectedValue::Name })
    }

    /// The entities of some kinds whose id, or one of whose names, passes a
    /// test.
    pub(super) fn entities_named(&self, kinds: &[String], test: &dyn Fn(&str) -> bool) -> Vec<EntityNumber> {
        let entities = self.context.entities;
        let named = entities.names().filter(|(name, _)| test(name)).flat_map(|(_, numbers)| numbers.iter().copied());
        let mut found: Vec<_> = named.filter(|number| entities.is_of(*number, kinds)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The entity of a name; several if only facts use the names that are found,
    /// and none if the name stands for itself and no fact has it.
    fn entities_of(
        &mut self,
        named: &NamedField<'_>,
        asked: &ValueTest<'_>,
        name: &str,
        span: Span,
    ) -> Checked<Vec<EntityNumber>> {
        let entities = self.context.entities;
        let number = match entities.resolve(name) {
            Resolution::Unknown => {
                let with = suggest::names_with(entities, name, named.kinds).map(Suggestion::Names);
                let near = || self.similar_name(name, named.kinds).map(Suggestion::Similar);
                let (name, suggestion) = (name.to_owned(), with.or_else(near));
                return match (named.open, suggestion) {
                    (true, None) => Ok(Vec::new()),
                    (true, Some(suggestion)) => {
                        self.report.warn(span, ReferenceProblem::StandsForItself { name, suggestion });
                        Ok(Vec::new())
                    }
                    (false, suggestion) => {
                        Err(self.report.refuse(span, ReferenceProblem::Unknown { name, suggestion }))
                    }
                };
            }
            Resolution::One(number) => number,
            Resolution::Ambiguous(numbers) if named.open && self.are_undeclared(&numbers) => {
                self.report.read(span, meanings::names(name, entities, &numbers));
                return Ok(numbers);
            }
            Resolution::Ambiguous(numbers) => self.one_of(name, numbers, named.kinds, span)?,
        };
        // What a name stands for is not known so well that it could be of another kind.
        let may_be = named.open && !entities.is_declared(number);
        if !may_be && !entities.is_of(number, named.kinds) {
            let takes = TakenKinds::Kinds(named.kinds.to_vec());
            return Err(self.refuse_kind(name, number, asked, takes, span));
        }
        self.report.read(span, meanings::entity(name, entities, number));
        Ok(vec![number])
    }

    /// Refuses an entity whose kind the field does not take.
    fn refuse_kind(
        &mut self,
        name: &str,
        number: EntityNumber,
        asked: &ValueTest<'_>,
        takes: TakenKinds,
        span: Span,
    ) -> Reported {
        let entity = EntityMention::from(&**self.context.entities.get(number));
        let (name, field, tests) = (name.to_owned(), asked.written.to_owned(), self.tests_that_take(number));
        self.report.refuse(span, ReferenceProblem::WrongKind { name, entity, field, takes, tests })
    }

    /// Refuses a name that several entities have.
    pub(super) fn refuse_ambiguous_name(&mut self, name: &str, numbers: &[EntityNumber], span: Span) -> Reported {
        let holders = suggest::holders(self.context.entities, name, numbers);
        self.report.refuse(span, ReferenceProblem::Ambiguous { name: name.to_owned(), holders })
    }

    /// The one entity of some kinds among several with the same name.
    fn one_of(
        &mut self,
        name: &str,
        numbers: Vec<EntityNumber>,
        kinds: &[String],
        span: Span,
    ) -> Checked<EntityNumber> {
        let entities = self.context.entities;
        let fitting: Vec<_> = numbers.iter().copied().filter(|number| entities.is_of(*number, kinds)).collect();
        if let [one] = fitting.as_slice() {
            return Ok(*one);
        }
        let all = if fitting.is_empty() { numbers } else { fitting };
        Err(self.refuse_ambiguous_name(name, &all, span))
    }

    /// The most similar name of an entity of some kinds.
    pub(super) fn similar_name(&self, name: &str, kinds: &[String]) -> Option<String> {
        let entities = self.context.entities;
        let mut names: Vec<&str> = entities
            .names()
            .filter(|(_, numbers)| numbers.iter().any(|number| entities.is_of(*number, kinds)))
            .map(|(name, _)| name)
            .collect();
        let used: Vec<String> = suggest::used_like(entities, name, kinds).collect();
        names.extend(used.iter().map(String::as_str));
        names.sort_unstable();
        nearest(name, names).map(str::to_owned)
    }

    /// The tests that accept an entity as their value.
    fn tests_that_take(&self, number: EntityNumber) -> Vec<String> {
        let entity = self.context.entities.get(number);
        let vocabulary = self.context.schema.vocabulary();
        let group = vocabulary.groups.values().find(|group| group.kinds.contains(&entity.kind));
        let noun = self.context.schema.nouns().map(|(_, noun)| noun).find(|noun| noun.kinds.contains(&entity.kind));
        // An entity without members is not suggested as a group if it may be a
        // row.
        let group = group.filter(|_| noun.is_none() || self.context.entities.members(number).next().is_some());
        match (group, noun) {
            (Some(_), noun) => {
                let itself = noun.map(|noun| format!("{}:{}", noun.singular, entity.id));
                itself.into_iter().chain([format!("in:{}", entity.id)]).collect()
            }
            (None, Some(noun)) => vec![format!("{}:{}", noun.singular, entity.id)],
            (None, None) => {
                let ends = self.possible_ends(number);
                let roles = [Role::Subject, Role::Object].into_iter().filter(|role| ends.has(*role));
                roles.map(|role| format!("{}:{}", role.field(), entity.id)).collect()
            }
        }
    }

    /// The condition that what a field refers to belongs to one of some groups.
    pub(super) fn groups(
        &mut self,
        field: &Arc<str>,
        grouping: Option<(&str, &Grouping)>,
        asked: &ValueTest<'_>,
    ) -> Checked<Filter> {
        let all = &self.context.schema.vocabulary().groups;
        let any: Vec<String> = all.values().flat_map(|group| group.kinds.iter().cloned()).collect();
        let kinds = grouping.map_or(any.as_slice(), |(_, grouping)| grouping.kinds.as_slice());
        let mut groups = Vec::new();
        for value in asked.values {
            match &value.value {
                PlainValue::Word(name) | PlainValue::Quoted(name) => {
                    groups.push(self.group_of(name, kinds, grouping.is_none(), asked, value.span)?);
                }
                PlainValue::Prefix(prefix) => {
                    let prefix = fold(prefix).into_owned();
                    groups.extend(self.entities_named(kinds, &|name| name.starts_with(&prefix)));
                }
                PlainValue::Regex(pattern) => {
                    let pattern = self.pattern(pattern, value.span)?;
                    if let Ok(expression) = regex::Regex::new(&pattern) {
                        groups.extend(self.entities_named(kinds, &|name| expression.is_match(name)));
                    }
                }
                _ => return Err(self.refuse_as_name(value.span, asked)),
            }
        }
        groups.sort_unstable();
        groups.dedup();
        if groups.is_empty() {
            self.report.warn(asked.span, ReferenceProblem::NoGroupMatches { field: asked.written.to_owned() });
        }
        Ok(Filter::Test(RecordTest::Member { field: field.clone(), groups, at: self.scope.groups }))
    }

    /// The condition that what a field refers to belongs to no group, or to
    /// none of a grouping.
    pub(super) fn outside_groups(&self, field: &Arc<str>, grouping: Option<(&str, &Grouping)>) -> Filter {
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

    /// The condition that a field refers to an entity or to anything it
    /// succeeds or continues. Without a field, the end at which such an entity
    /// can be is tested.
    pub(super) fn line(&mut self, field: Option<&Arc<str>>, asked: &ValueTest<'_>) -> Checked<Filter> {
        let (mut subjects, mut objects) = (Vec::new(), Vec::new());
        for value in asked.values {
            let (PlainValue::Word(name) | PlainValue::Quoted(name)) = &value.value else {
                return Err(self.refuse_as_name(value.span, asked));
            };
            let number = match self.context.entities.resolve(name) {
                Resolution::One(number) => number,
                Resolution::Ambiguous(numbers) => {
                    let kinds = self.scope.noun.as_ref().map_or(Vec::new(), |noun| noun.kinds.clone());
                    self.one_of(name, numbers, &kinds, value.span)?
                }
                Resolution::Unknown => {
                    let suggestion = self.similar_name(name, &[]).map(Suggestion::Similar);
                    let name = name.clone();
                    return Err(self.report.refuse(value.span, ReferenceProblem::Unknown { name, suggestion }));
                }
            };
            let line = self.context.entities.line(number);
            self.report.read(value.span, meanings::line(name, self.context.entities, number, &line));
            let ends = if self.possible_ends(number).tested() == Role::Subject { &mut objects } else { &mut subjects };
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
        Ok(Filter::any(parts.collect()))
    }

    fn group_of(
        &mut self,
        name: &str,
        kinds: &[String],
        any: bool,
        asked: &ValueTest<'_>,
        span: Span,
    ) -> Checked<EntityNumber> {
        let entities = self.context.entities;
        let number = match entities.resolve(name) {
            Resolution::Unknown => {
                let groups = entities.iter().filter(|(_, entity)| kinds.contains(&entity.kind));
                let groups = groups.map(|(_, entity)| entity.id.clone()).collect();
                let (name, similar) = (name.to_owned(), self.similar_name(name, kinds));
                return Err(self.report.refuse(span, ReferenceProblem::UnknownGroup { name, similar, groups }));
            }
            Resolution::One(number) => number,
            Resolution::Ambiguous(numbers) => self.one_of(name, numbers, kinds, span)?,
        };
        let entity = entities.get(number);
        if kinds.contains(&entity.kind) || (any && entities.members(number).next().is_some()) {
            self.report.read(span, meanings::entity(name, entities, number));
            return Ok(number);
        }
        let takes = if any { TakenKinds::Groups } else { TakenKinds::Kinds(kinds.to_vec()) };
        Err(self.refuse_kind(name, number, asked, takes, span))
    }
}
