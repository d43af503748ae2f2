//! Tests of statuses: with whom or with how many, at which end, and when. It
//! knows what the vocabulary declares, and not how acts make up a status.

use std::sync::Arc;

use super::check::Checker;
use super::parameters::PlainValue;
use super::report::{Checked, Reported};
use super::{
    Counterparts, EntityMention, Filter, Part, Query, RecordTest, ReferenceProblem, RowValue, RowsOf, StatusProblem,
    StatusTest, Suggestion, WrongEndMend, meanings, suggest,
};
use crate::model::vocabulary::{Noun, Role, Transition};
use crate::model::{EntityNumber, Resolution, fold, nearest};
use crate::syntax::tree::{Operator, Path, Test};
use crate::syntax::{Span, Spanned};

/// A status that a path names.
pub(super) struct StatusName {
    /// As the vocabulary has it.
    pub(super) name: Arc<str>,
    /// The end that is tested, if the path names it: `land.member`.
    pub(super) role: Option<Role>,
}

/// A status test while its values are read.
struct DraftStatusTest {
    status: Arc<str>,
    /// The path as written.
    written: String,
    /// The end that is tested, once it is known.
    role: Option<Role>,
    operator: Operator,
    span: Span,
}

/// The ends of a fact at which an entity can be.
#[derive(Debug, Clone, Copy)]
pub(super) struct PossibleEnds {
    subject: bool,
    object: bool,
}

impl PossibleEnds {
    /// The end that is tested if the entity is at the other; for an entity that
    /// can be at both, the subject.
    pub(super) fn tested(self) -> Role {
        if self.object { Role::Subject } else { Role::Object }
    }

    /// Whether the entity can be at this end.
    pub(super) fn has(self, role: Role) -> bool {
        match role {
            Role::Subject => self.subject,
            Role::Object => self.object,
        }
    }
}

impl<'a> Checker<'a> {
    /// Examples of tests of a status. In queries of facts, counts must name the
    /// end.
    pub(super) fn examples(&self, status: &str) -> Vec<String> {
        let end = if self.scope.noun.is_some() || status.contains('.') {
            String::new()
        } else {
            format!("{}.", self.end(Role::Subject))
        };
        let counted = ["*", "none"].map(|value| format!("{end}{status}:{value}"));
        [format!("{status}:…")].into_iter().chain(counted).chain([format!("{end}{status}>=2")]).collect()
    }

    /// The name of an end: its noun, or else its field.
    fn end(&self, role: Role) -> &'a str {
        self.context.schema.noun_of(role).map_or(role.field(), |noun| noun.singular.as_str())
    }

    /// The status that a path names, if any: `member`, or `land.member`.
    pub(super) fn status_path(&self, path: &Path) -> Option<StatusName> {
        let schema = self.context.schema;
        let (end, name) = match path.names.as_slice() {
            [name] => (None, name),
            [end, name] => (Some(end), name),
            _ => return None,
        };
        let name = self.status(&name.value)?;
        let role = match end {
            None => None,
            Some(end) => {
                let field = schema.field(&end.value)?;
                let roles = [Role::Subject, Role::Object];
                Some(roles.into_iter().find(|role| role.field() == field.name.as_ref())?)
            }
        };
        Some(StatusName { name: name.into(), role })
    }

    /// The status of this name.
    pub(super) fn status(&self, name: &str) -> Option<&'a str> {
        let folded = fold(name);
        self.context.schema.vocabulary().status.keys().find(|status| fold(status) == folded).map(String::as_str)
    }

    /// The status of which a word is another grammatical form.
    pub(super) fn status_of_form(&self, word: &str) -> Option<&'a str> {
        let stems = self.analyzer.stems(word);
        let mut statuses = self.context.schema.vocabulary().status.keys().map(String::as_str);
        statuses.find(|status| self.analyzer.stems(status) == stems)
    }

    /// The status that is spelt nearly like a word, or of which it is another
    /// form.
    pub(super) fn similar_status(&self, word: &str) -> Option<&'a str> {
        let statuses = self.context.schema.vocabulary().status.keys().map(String::as_str);
        nearest(word, statuses).or_else(|| self.status_of_form(word))
    }

    /// A status for examples: preferably one that any of several acts begins
    /// when it takes effect, which is what people usually mean.
    pub(super) fn some_status(&self) -> Option<&'a str> {
        let vocabulary = self.context.schema.vocabulary();
        let effective = |edge: &Transition| edge.at != "date" && vocabulary.umbrellas.contains_key(&edge.by);
        let first = vocabulary.status.iter().find(|(_, status)| status.open.iter().any(effective));
        first.or_else(|| vocabulary.status.iter().next()).map(|(name, _)| name.as_str())
    }

    /// The end that a test of a status is about, as far as its values tell.
    pub(super) fn tested_end(&self, test: &Test) -> Option<Role> {
        test.values.iter().find_map(|value| match &value.value {
            crate::syntax::tree::Value::Word(word) | crate::syntax::tree::Value::Quoted(word) => {
                self.entity_called(word).map(|number| self.possible_ends(number).tested())
            }
            crate::syntax::tree::Value::Query(query) => {
                let query = super::nouns::noun_first(query, self.context.schema);
                let head = super::nouns::QueryHead::of(&query, self.context.schema);
                head.noun.map(|(_, _, noun)| noun.role.opposite())
            }
            _ => None,
        })
    }

    /// The ends at which an entity can be: those of its nouns, or else those
    /// whose field takes its kind.
    pub(super) fn possible_ends(&self, number: EntityNumber) -> PossibleEnds {
        let (schema, entities) = (self.context.schema, self.context.entities);
        let kind = &entities.get(number).kind;
        let is_of = |noun: &Noun| !noun.kinds.is_empty() && entities.is_of(number, &noun.kinds);
        let noun = |role| schema.vocabulary().nouns.values().any(|noun| noun.role == role && is_of(noun));
        let by_noun = PossibleEnds { subject: noun(Role::Subject), object: noun(Role::Object) };
        if by_noun.subject || by_noun.object {
            return by_noun;
        }
        let field = |role: Role| {
            schema.field(role.field()).is_none_or(|field| field.kinds.is_empty() || field.kinds.contains(kind))
        };
        PossibleEnds { subject: field(Role::Subject), object: field(Role::Object) }
    }

    /// `member:x`, `member>=3`
    pub(super) fn status_test(&mut self, status: &StatusName, test: &Test, span: Span) -> Checked<Filter> {
        self.statuses += 1;
        let row = self.scope.noun.as_ref().map(|noun| noun.role);
        if let (Some(row), Some(named)) = (row, status.role)
            && row != named
        {
            let status = status.name.to_string();
            return Err(self.report.refuse(test.path.span, StatusProblem::OtherEnd { status }));
        }
        let mut asked = DraftStatusTest {
            status: status.name.clone(),
            written: super::paths::written(&test.path),
            role: row.or(status.role),
            operator: if test.operator == Operator::NotEqual { Operator::Is } else { test.operator },
            span,
        };
        let values = self.plain_values(&test.values)?;
        let (mut entities, mut parts) = (Vec::new(), Vec::new());
        for value in &values {
            match self.one_other(&mut asked, value)? {
                Some(others) => parts.push((others, value.span)),
                None => entities.extend(self.others_named(&mut asked, value)?),
            }
        }
        entities.sort_unstable();
        entities.dedup();
        if !entities.is_empty() || parts.is_empty() {
            parts.insert(0, (Counterparts::Entities(entities), span));
        }
        let Some(role) = asked.role else {
            return Err(self.refuse_without_end(&asked));
        };
        let mut tests = Vec::with_capacity(parts.len());
        for (others, span) in parts {
            let test = StatusTest {
                status: asked.status.clone(),
                role,
                others,
                at: self.scope.statuses,
                using: self.scope.using.clone(),
            };
            self.report.read(span, meanings::status(&test, self.context));
            tests.push(Part { filter: Filter::Test(RecordTest::Status(test)), span });
        }
        let filter = Filter::any(tests);
        Ok(if test.operator == Operator::NotEqual { Filter::Not(Box::new(filter)) } else { filter })
    }

    /// Reads a count or a query; none if the value names entities.
    fn one_other(&mut self, asked: &mut DraftStatusTest, value: &Spanned<PlainValue>) -> Checked<Option<Counterparts>> {
        let span = value.span;
        let equal = matches!(asked.operator, Operator::Is | Operator::Equal);
        let count = |least, most| Ok(Some(Counterparts::Count { least, most }));
        match &value.value {
            PlainValue::None if equal => count(0, Some(0)),
            PlainValue::Prefix(prefix) if equal && prefix.is_empty() => count(1, None),
            PlainValue::Range(low, high) if equal => {
                let written = low.as_ref().zip(high.as_ref());
                let low = low.as_ref().map(|low| self.counted(low, span, asked)).transpose()?;
                let high = high.as_ref().map(|high| self.counted(high, span, asked)).transpose()?;
                if high.is_some_and(|high| low.unwrap_or(0) > high) {
                    return Err(self.refuse_reversed_range(&asked.written, written, span));
                }
                count(low.unwrap_or(0), high)
            }
            PlainValue::Query(query) if equal => {
                let other = asked.role.map_or(Role::Subject, Role::opposite);
                let query = self.subquery(query, None, other.field(), span)?;
                self.end_of_query(asked, &query, span)?;
                Ok(Some(Counterparts::Query(Arc::new(query))))
            }
            PlainValue::Number(number) => {
                let number = self.counted(&number.to_string(), span, asked)?;
                Ok(Some(compared(asked.operator, number)))
            }
            PlainValue::Word(word) if equal => match word.parse() {
                Ok(number) if self.context.entities.resolve(word) == Resolution::Unknown => {
                    Ok(Some(compared(asked.operator, number)))
                }
                _ => Ok(None),
            },
            PlainValue::Word(word) => {
                let number = self.counted(word, span, asked)?;
                Ok(Some(compared(asked.operator, number)))
            }
            PlainValue::Quoted(_) | PlainValue::Prefix(_) | PlainValue::Regex(_) if equal => Ok(None),
            _ => {
                let (path, examples) = (asked.written.clone(), self.examples(&asked.written));
                Err(self.report.refuse(span, StatusProblem::NotNameOrNumber { path, examples }))
            }
        }
    }

    fn counted(&mut self, text: &str, span: Span, asked: &DraftStatusTest) -> Checked<u64> {
        text.parse().map_err(|_| {
            let (text, examples) = (text.to_owned(), self.examples(&asked.written));
            self.report.refuse(span, StatusProblem::NotACount { text, examples })
        })
    }

    /// Reads a value that names entities.
    fn others_named(&mut self, asked: &mut DraftStatusTest, value: &Spanned<PlainValue>) -> Checked<Vec<EntityNumber>> {
        let span = value.span;
        let pattern = match &value.value {
            PlainValue::Word(name) | PlainValue::Quoted(name) => {
                return self.others_called(asked, name, span);
            }
            PlainValue::Prefix(prefix) => format!("^{}", regex::escape(&fold(prefix))),
            PlainValue::Regex(pattern) => self.pattern(pattern, span)?,
            _ => return Ok(Vec::new()),
        };
        let Ok(expression) = regex::Regex::new(&pattern) else { return Ok(Vec::new()) };
        let mut found = self.entities_named(&[], &|name| expression.is_match(name));
        let entities = self.context.entities;
        let begin = if let PlainValue::Prefix(prefix) = &value.value { prefix.as_str() } else { "" };
        let used = entities.undeclared_beginning(begin, &[], usize::MAX).into_iter();
        found.extend(used.filter(|number| expression.is_match(&fold(&entities.get(*number).name))));
        if asked.role.is_none() {
            asked.role = found.first().map(|number| self.possible_ends(*number).tested());
        }
        found.retain(|number| asked.role.is_some_and(|role| self.possible_ends(*number).has(role.opposite())));
        if found.is_empty() {
            self.report.warn(span, StatusProblem::NoOtherMatches { status: asked.status.to_string() });
        }
        Ok(found)
    }

    /// The entity of a name, which must be able to be at the other end; several if
    /// only facts use the names that are found.
    fn others_called(&mut self, asked: &mut DraftStatusTest, name: &str, span: Span) -> Checked<Vec<EntityNumber>> {
        let entities = self.context.entities;
        let fits = |this: &Self, number: EntityNumber| {
            asked.role.is_none_or(|role| this.possible_ends(number).has(role.opposite()))
        };
        let number = match entities.resolve(name) {
            Resolution::One(number) => number,
            Resolution::Ambiguous(numbers) => {
                let fitting: Vec<_> = numbers.iter().copied().filter(|number| fits(self, *number)).collect();
                if !fitting.is_empty() && self.are_undeclared(&fitting) {
                    asked.role.get_or_insert(self.possible_ends(fitting[0]).tested());
                    return Ok(fitting);
                }
                let [one] = fitting.as_slice() else {
                    let all = if fitting.is_empty() { numbers } else { fitting };
                    return Err(self.refuse_ambiguous_name(name, &all, span));
                };
                *one
            }
            Resolution::Unknown => {
                let fitting = entities.names().filter(|(_, numbers)| numbers.iter().any(|number| fits(self, *number)));
                let used = suggest::used_like(entities, name, &[]);
                let used = used.filter(|name| self.entity_called(name).is_some_and(|number| fits(self, number)));
                let used: Vec<String> = used.collect();
                let mut fitting: Vec<&str> =
                    fitting.map(|(name, _)| name).chain(used.iter().map(String::as_str)).collect();
                fitting.sort_unstable();
                let near = nearest(name, fitting).map(str::to_owned).or_else(|| self.similar_name(name, &[]));
                return Err(self.refuse_unknown_other(asked, name, near, span));
            }
        };
        if !fits(self, number) {
            return Err(self.refuse_wrong_end(asked, number, span));
        }
        let ends = self.possible_ends(number);
        asked.role.get_or_insert(ends.tested());
        if !ends.subject && !ends.object {
            return Err(self.refuse_wrong_end(asked, number, span));
        }
        Ok(vec![number])
    }

    /// Refuses a name that no entity has; `near` is a similar one.
    fn refuse_unknown_other(
        &mut self,
        asked: &DraftStatusTest,
        name: &str,
        near: Option<String>,
        span: Span,
    ) -> Reported {
        let entities = self.context.entities;
        let with = || suggest::names_with(entities, name, &[]).map(Suggestion::Names);
        let part = || {
            let mut parts = name.split(|letter: char| !letter.is_alphanumeric());
            parts.find_map(|part| suggest::names_with(entities, part, &[])).map(Suggestion::NamesOfPart)
        };
        let suggestion = near.map(Suggestion::Similar).or_else(with).or_else(part);
        let name = name.to_owned();
        if suggestion.is_some() {
            return self.report.refuse(span, ReferenceProblem::Unknown { name, suggestion });
        }
        let examples = self.examples(&asked.written);
        self.report.refuse(span, StatusProblem::UnknownOther { name, examples })
    }

    /// Refuses an entity that is at the same end as the row.
    fn refuse_wrong_end(&mut self, asked: &DraftStatusTest, number: EntityNumber, span: Span) -> Reported {
        let entity = self.context.entities.get(number);
        let vocabulary = self.context.schema.vocabulary();
        let tested = asked.role.unwrap_or(Role::Subject);
        let others = || self.context.schema.nouns().filter(|(_, noun)| noun.role == tested.opposite());
        // A noun whose kinds are all among those of another need not be named.
        let is_part = |noun: &Noun| {
            others().any(|(_, other)| {
                other.kinds.len() > noun.kinds.len() && noun.kinds.iter().all(|kind| other.kinds.contains(kind))
            })
        };
        let takes = suggest::owned(others().filter(|(_, noun)| !is_part(noun)).map(|(plural, _)| plural));
        let rows = self.scope.noun.as_ref().map(|noun| noun.plural.to_string());
        let is_group = vocabulary.groups.values().any(|group| group.kinds.contains(&entity.kind));
        let others = self.noun_at(tested.opposite()).map(|(plural, _)| plural);
        let path = asked.written.clone();
        let mend = match others {
            Some(others) if is_group => Some(WrongEndMend::Members(format!("{path}:({others} in:{})", entity.id))),
            Some(others) if self.possible_ends(number).has(tested) => {
                let test = if rows.is_some() { asked.status.as_ref() } else { path.as_str() };
                Some(WrongEndMend::OtherWay(format!("{others} {test}:{}", entity.id)))
            }
            _ => None,
        };
        let entity = EntityMention::from(&**entity);
        self.report.refuse(span, StatusProblem::WrongEnd { entity, path, rows, takes, mend })
    }

    /// Checks at which end the entities are that a query gives.
    fn end_of_query(&mut self, asked: &mut DraftStatusTest, query: &Query, span: Span) -> Checked<()> {
        let end = match &query.rows {
            RowsOf::Entities(rows, pipeline) => {
                let first = pipeline.shown().and_then(<[_]>::first);
                first.filter(|column| column.value == RowValue::field("id")).map(|_| rows.role)
            }
            RowsOf::Facts(pipeline) => {
                let first = pipeline.shown().and_then(<[_]>::first);
                let is_shown = |role: &Role| first.is_some_and(|column| column.value == RowValue::field(role.field()));
                [Role::Subject, Role::Object].into_iter().find(is_shown)
            }
            RowsOf::Periods(..) => None,
        };
        let Some(end) = end else { return Ok(()) };
        let tested = *asked.role.get_or_insert(end.opposite());
        if tested == end.opposite() {
            return Ok(());
        }
        let others = self.noun_at(tested.opposite()).map_or("…", |(plural, _)| plural);
        let (path, mend) = (asked.written.clone(), format!("{}:({others} …)", asked.written));
        Err(self.report.refuse(span, StatusProblem::QueryOfSameEnd { path, mend }))
    }

    /// Refuses a count in a query of facts that does not name the end.
    fn refuse_without_end(&mut self, asked: &DraftStatusTest) -> Reported {
        let path = asked.written.clone();
        let tests = [Role::Subject, Role::Object].map(|role| format!("{}.{path}", self.context.schema.end_name(role)));
        let noun = self.noun_at(Role::Object).or_else(|| self.noun_at(Role::Subject));
        let noun = noun.map_or("…", |(plural, _)| plural).to_owned();
        self.report.refuse(asked.span, StatusProblem::WhichEnd { path, tests, noun })
    }

    /// Refuses a status without a value; `next` is the name after it, if there
    /// is one.
    pub(super) fn refuse_bare_status(&mut self, status: &str, span: Span, next: Option<&str>) -> Reported {
        let mends = next.map_or_else(|| self.examples(status), |next| vec![format!("{status}:{next}")]);
        self.report.refuse(span, StatusProblem::NoValue { status: status.to_owned(), mends })
    }
}

/// The count that a comparison means.
fn compared(operator: Operator, number: u64) -> Counterparts {
    let (least, most) = match operator {
        Operator::Is | Operator::Equal | Operator::NotEqual => (number, Some(number)),
        // Fewer than none is impossible: an empty range.
        Operator::Less if number == 0 => (1, Some(0)),
        Operator::Less => (0, Some(number - 1)),
        Operator::AtMost => (0, Some(number)),
        Operator::Greater => (number.saturating_add(1), None),
        Operator::AtLeast => (number, None),
    };
    Counterparts::Count { least, most }
}
