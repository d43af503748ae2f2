//! Tests of statuses: with whom or with how many, at which end, and when.
//! It knows what the vocabulary declares; how acts are folded into a status
//! is not its business.

use std::sync::Arc;

use super::check::Checker;
use super::field_tests::any_of;
use super::parameters::Plain;
use super::references::an;
use super::report::{Checked, Reported};
use super::scope::RowNoun;
use super::{Filter, Others, Part, Query, RecordTest, RowValue, RowsOf, StatusTest, reading, suggest};
use crate::model::vocabulary::{Noun, Role, Transition};
use crate::model::{EntityNumber, Resolution, fold, nearest};
use crate::syntax::tree::{Operator, Path, Test};
use crate::syntax::{Span, Spanned};

/// A status that a path names.
pub(super) struct StatusName {
    /// As the vocabulary has it.
    pub(super) name: Arc<str>,
    /// The end that is tested, where the path says so: `land.member`.
    pub(super) role: Option<Role>,
}

/// A status test while its values are read.
struct Asked {
    status: Arc<str>,
    /// As the query has it.
    written: String,
    /// The end that is tested, as far as it is known.
    role: Option<Role>,
    operator: Operator,
    span: Span,
}

/// At which ends of a fact an entity can stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ends {
    subject: bool,
    object: bool,
}

impl Ends {
    /// The end that is tested if an entity stands at the other: of an entity
    /// that may stand at both, the subject.
    pub(super) fn tested(self) -> Role {
        if self.object { Role::Subject } else { Role::Object }
    }

    /// Whether it can stand at one of them.
    pub(super) fn has(self, role: Role) -> bool {
        match role {
            Role::Subject => self.subject,
            Role::Object => self.object,
        }
    }
}

impl<'a> Checker<'a> {
    /// How a status is asked for; of facts it must be said which end is counted.
    pub(super) fn examples(&self, status: &str) -> String {
        let end = if self.scope.noun.is_some() || status.contains('.') {
            String::new()
        } else {
            format!("{}.", self.end(Role::Subject))
        };
        format!("`{status}:…`, `{end}{status}:*`, `{end}{status}:none`, `{end}{status}>=2`")
    }

    /// What an end is called.
    fn end(&self, role: Role) -> &'a str {
        self.context.schema.noun_of(role).map_or(role.field(), |noun| noun.singular.as_str())
    }

    /// The status that a path names, if it names one: `member`, or `land.member`.
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

    /// The status of a name.
    pub(super) fn status(&self, name: &str) -> Option<&'a str> {
        let folded = fold(name);
        self.context.schema.vocabulary().status.keys().find(|status| fold(status) == folded).map(String::as_str)
    }

    /// The status of which a word is another form.
    pub(super) fn status_of_form(&self, word: &str) -> Option<&'a str> {
        let stems = self.analyzer.stems(word);
        let mut statuses = self.context.schema.vocabulary().status.keys().map(String::as_str);
        statuses.find(|status| self.analyzer.stems(status) == stems)
    }

    /// The status that a word is near to, or of which it is another form.
    pub(super) fn near_status(&self, word: &str) -> Option<&'a str> {
        let statuses = self.context.schema.vocabulary().status.keys().map(String::as_str);
        nearest(word, statuses).or_else(|| self.status_of_form(word))
    }

    /// A status to show in a mend: one that any of several acts begins when it
    /// takes effect, if there is one, since people mean that first.
    pub(super) fn some_status(&self) -> Option<&'a str> {
        let vocabulary = self.context.schema.vocabulary();
        let effective = |edge: &Transition| edge.at != "date" && vocabulary.umbrellas.contains_key(&edge.by);
        let first = vocabulary.status.iter().find(|(_, status)| status.open.iter().any(effective));
        first.or_else(|| vocabulary.status.iter().next()).map(|(name, _)| name.as_str())
    }

    /// The end that a test of a status is about, judged by its values alone.
    pub(super) fn tested_end(&self, test: &Test) -> Option<Role> {
        test.values.iter().find_map(|value| match &value.value {
            crate::syntax::tree::Value::Word(word) | crate::syntax::tree::Value::Quoted(word) => {
                self.entity_called(word).map(|number| self.ends(number).tested())
            }
            crate::syntax::tree::Value::Query(query) => {
                let query = super::nouns::noun_first(query, self.context.schema);
                let head = super::nouns::Head::of(&query, self.context.schema);
                head.noun.map(|(_, _, noun)| noun.role.opposite())
            }
            _ => None,
        })
    }

    /// The ends at which an entity can stand: where its nouns do, else where
    /// its kind may be named.
    pub(super) fn ends(&self, number: EntityNumber) -> Ends {
        let kind = &self.context.entities.get(number).kind;
        let schema = self.context.schema;
        let noun = |role| schema.vocabulary().nouns.values().any(|noun| noun.role == role && noun.kinds.contains(kind));
        let by_noun = Ends { subject: noun(Role::Subject), object: noun(Role::Object) };
        if by_noun.subject || by_noun.object {
            return by_noun;
        }
        let field = |role: Role| {
            schema.field(role.field()).is_none_or(|field| field.kinds.is_empty() || field.kinds.contains(kind))
        };
        Ends { subject: field(Role::Subject), object: field(Role::Object) }
    }

    /// `member:x`, `member>=3`
    pub(super) fn status_test(&mut self, status: &StatusName, test: &Test, span: Span) -> Checked<Filter> {
        self.statuses += 1;
        let row = self.scope.noun.as_ref().map(|noun| noun.role);
        if let (Some(row), Some(named)) = (row, status.role)
            && row != named
        {
            let message = format!("the rows stand at the other end of `{}`", status.name);
            return Err(self.report.error(test.path.span, message, Some(format!("write `{}` alone", status.name))));
        }
        let mut asked = Asked {
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
            parts.insert(0, (Others::Entities(entities), span));
        }
        let Some(role) = asked.role else {
            return Err(self.no_end(&asked));
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
            self.report.read(span, reading::status(&test, self.context));
            tests.push(Part { filter: Filter::Test(RecordTest::Status(test)), span });
        }
        let filter = any_of(tests);
        Ok(if test.operator == Operator::NotEqual { Filter::Not(Box::new(filter)) } else { filter })
    }

    /// A count or a query; none where a value names entities.
    fn one_other(&mut self, asked: &mut Asked, value: &Spanned<Plain>) -> Checked<Option<Others>> {
        let span = value.span;
        let equal = matches!(asked.operator, Operator::Is | Operator::Equal);
        let count = |least, most| Ok(Some(Others::Count { least, most }));
        match &value.value {
            Plain::None if equal => count(0, Some(0)),
            Plain::Prefix(prefix) if equal && prefix.is_empty() => count(1, None),
            Plain::Range(low, high) if equal => {
                let written = low.as_ref().zip(high.as_ref());
                let low = low.as_ref().map(|low| self.counted(low, span, asked)).transpose()?;
                let high = high.as_ref().map(|high| self.counted(high, span, asked)).transpose()?;
                if high.is_some_and(|high| low.unwrap_or(0) > high) {
                    return Err(self.swapped(&asked.written, written, span));
                }
                count(low.unwrap_or(0), high)
            }
            Plain::Query(query) if equal => {
                let other = asked.role.map_or(Role::Subject, Role::opposite);
                let query = self.subquery(query, None, other.field(), span)?;
                self.end_of_query(asked, &query, span)?;
                Ok(Some(Others::Query(Arc::new(query))))
            }
            Plain::Number(number) => {
                let number = self.counted(&number.to_string(), span, asked)?;
                Ok(Some(compared(asked.operator, number)))
            }
            Plain::Word(word) if equal => match word.parse() {
                Ok(number) if self.context.entities.resolve(word) == Resolution::Unknown => {
                    Ok(Some(compared(asked.operator, number)))
                }
                _ => Ok(None),
            },
            Plain::Word(word) => {
                let number = self.counted(word, span, asked)?;
                Ok(Some(compared(asked.operator, number)))
            }
            Plain::Quoted(_) | Plain::Prefix(_) | Plain::Regex(_) if equal => Ok(None),
            _ => {
                let help = format!("such as {}", self.examples(&asked.written));
                Err(self.report.error(span, format!("`{}` needs a name or a number", asked.written), Some(help)))
            }
        }
    }

    fn counted(&mut self, text: &str, span: Span, asked: &Asked) -> Checked<u64> {
        text.parse().map_err(|_| {
            let message = format!("`{text}` is not a number of others");
            self.report.error(span, message, Some(format!("such as {}", self.examples(&asked.written))))
        })
    }

    /// The entities that a value names.
    fn others_named(&mut self, asked: &mut Asked, value: &Spanned<Plain>) -> Checked<Vec<EntityNumber>> {
        let span = value.span;
        let pattern = match &value.value {
            Plain::Word(name) | Plain::Quoted(name) => return self.other_named(asked, name, span).map(|one| vec![one]),
            Plain::Prefix(prefix) => format!("^{}", regex::escape(&fold(prefix))),
            Plain::Regex(pattern) => self.pattern(pattern, span)?,
            _ => return Ok(Vec::new()),
        };
        let Ok(expression) = regex::Regex::new(&pattern) else { return Ok(Vec::new()) };
        let mut found = self.entities_named(&[], &|name| expression.is_match(name));
        if asked.role.is_none() {
            asked.role = found.first().map(|number| self.ends(*number).tested());
        }
        found.retain(|number| asked.role.is_some_and(|role| self.ends(*number).has(role.opposite())));
        if found.is_empty() {
            self.report.hint(span, format!("nothing at the other end of `{}` is called so", asked.status), None);
        }
        Ok(found)
    }

    /// The entity of a name, which must be able to stand at the other end.
    fn other_named(&mut self, asked: &mut Asked, name: &str, span: Span) -> Checked<EntityNumber> {
        let entities = self.context.entities;
        let fits =
            |this: &Self, number: EntityNumber| asked.role.is_none_or(|role| this.ends(number).has(role.opposite()));
        let number = match entities.resolve(name) {
            Resolution::One(number) => number,
            Resolution::Ambiguous(numbers) => {
                let fitting: Vec<_> = numbers.iter().copied().filter(|number| fits(self, *number)).collect();
                let [one] = fitting.as_slice() else {
                    let all = if fitting.is_empty() { numbers } else { fitting };
                    let help = format!("write one of {}", suggest::candidates(entities, name, &all));
                    return Err(self.report.error(span, format!("`{name}` is the name of several"), Some(help)));
                };
                *one
            }
            Resolution::Unknown => {
                let fitting = entities.names().filter(|(_, numbers)| numbers.iter().any(|number| fits(self, *number)));
                let mut fitting: Vec<&str> = fitting.map(|(name, _)| name).collect();
                fitting.sort_unstable();
                let near = nearest(name, fitting).map(str::to_owned).or_else(|| self.near_entity(name, &[]));
                let near = near.map(|near| format!("did you mean `{near}`?"));
                let with = suggest::names_with(entities, name, &[]).map(|names| format!("names with it: {names}"));
                let part = || {
                    let mut parts = name.split(|letter: char| !letter.is_alphanumeric());
                    let names = parts.find_map(|part| suggest::names_with(entities, part, &[]));
                    names.map(|names| format!("names with a part of it: {names}"))
                };
                let help = near.or(with).or_else(part);
                let help = help.or_else(|| Some(format!("such as {}", self.examples(&asked.written))));
                return Err(self.report.error(span, format!("no entity is called `{name}`"), help));
            }
        };
        if !fits(self, number) {
            return Err(self.wrong_end(asked, number, span));
        }
        let ends = self.ends(number);
        asked.role.get_or_insert(ends.tested());
        if !ends.subject && !ends.object {
            return Err(self.wrong_end(asked, number, span));
        }
        Ok(number)
    }

    /// A value that stands at the same end as the row.
    fn wrong_end(&mut self, asked: &Asked, number: EntityNumber, span: Span) -> Reported {
        let entity = self.context.entities.get(number);
        let vocabulary = self.context.schema.vocabulary();
        let tested = asked.role.unwrap_or(Role::Subject);
        let others = || self.context.schema.nouns().filter(|(_, noun)| noun.role == tested.opposite());
        // A noun whose kinds are among those of another says less than that one.
        let is_part = |noun: &Noun| {
            others().any(|(_, other)| {
                other.kinds.len() > noun.kinds.len() && noun.kinds.iter().all(|kind| other.kinds.contains(kind))
            })
        };
        let takes: Vec<&str> = others().filter(|(_, noun)| !is_part(noun)).map(|(plural, _)| plural).collect();
        let rows = self.scope.noun.clone();
        let whose = rows.as_ref().map_or(String::new(), |noun| format!(" of {}", noun.plural));
        let takes = if takes.is_empty() { "others".to_owned() } else { takes.join(" or ") };
        let what = an(&entity.kind);
        let message =
            format!("`{}` is {what} ({}), and `{}`{whose} takes {takes}", entity.id, entity.name, asked.written);
        let is_group = vocabulary.groups.values().any(|group| group.kinds.contains(&entity.kind));
        let others = self.noun_at(tested.opposite()).map(|(plural, _)| plural);
        let help = match others {
            Some(others) if is_group => Some(format!("those in it: `{}:({others} in:{})`", asked.written, entity.id)),
            Some(others) if self.ends(number).has(tested) => {
                let asked_of = rows.as_ref().map(|noun: &Arc<RowNoun>| noun.role);
                let written = if asked_of.is_some() { asked.status.as_ref() } else { asked.written.as_str() };
                Some(format!("`{others} {written}:{}`", entity.id))
            }
            _ => None,
        };
        self.report.error(span, message, help)
    }

    /// At which end those stand that a query gives.
    fn end_of_query(&mut self, asked: &mut Asked, query: &Query, span: Span) -> Checked<()> {
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
        let message = format!("the query gives what stands at the same end as the rows of `{}`", asked.written);
        Err(self.report.error(span, message, Some(format!("`{}:({others} …)`", asked.written))))
    }

    /// A count in a query of facts, which have two ends.
    fn no_end(&mut self, asked: &Asked) -> Reported {
        let mends = [Role::Subject, Role::Object].map(|role| {
            let end = self.context.schema.end_name(role);
            format!("`{end}.{}`", asked.written)
        });
        let message = format!("whether `{}` of the one end or of the other end is counted must be said", asked.written);
        let help = format!("{} counts; or list them: `{} …`", mends.join(" or "), {
            self.noun_at(Role::Object).or_else(|| self.noun_at(Role::Subject)).map_or("…", |(plural, _)| plural)
        });
        self.report.error(asked.span, message, Some(help))
    }

    /// A status without a value; `next` is the name behind it, if one is.
    pub(super) fn bare_status(&mut self, status: &str, span: Span, next: Option<&str>) -> Reported {
        let mend = next.map_or_else(|| self.examples(status), |next| format!("`{status}:{next}`"));
        let help = format!("{mend}; in quotes it is text: `\"{status}\"`");
        self.report.error(span, format!("`{status}` is a status, and with whom must follow it"), Some(help))
    }
}

/// So many others.
fn compared(operator: Operator, number: u64) -> Others {
    let (least, most) = match operator {
        Operator::Is | Operator::Equal | Operator::NotEqual => (number, Some(number)),
        // Fewer than none are never there: a range that holds no number.
        Operator::Less if number == 0 => (1, Some(0)),
        Operator::Less => (0, Some(number - 1)),
        Operator::AtMost => (0, Some(number)),
        Operator::Greater => (number.saturating_add(1), None),
        Operator::AtLeast => (number, None),
    };
    Others::Count { least, most }
}
