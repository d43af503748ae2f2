//! What to write instead of what could not even be parsed, for which the words
//! of the world must be known; and of what was put in quotes and is a name.

use super::check::{Checker, Context};
use super::misread::looks_like_date;
use super::paths::attribute;
use super::{Meaning, QueryProblem, Reading, WordProblem, WorldMend, suggest};
use crate::model::vocabulary::Role;
use crate::model::{EntityNumber, FieldKind, Resolution, fold, nearest};
use crate::syntax::tree::{Condition, Expression, Relation};
use crate::syntax::{
    DateContext, Diagnostic, ExpectedSyntax, MalformedCondition, StrayText, SyntaxProblem, Token, TokenKind, Tokens,
    difference_stages, is_word, reserved_words,
};

/// Tells whether facts have a value, which is given folded, in a field.
pub type HasValue<'a> = dyn Fn(&str, &str) -> bool + 'a;

/// The longest mend that repeats what was written, in bytes.
const LONGEST: usize = 200;

/// The same diagnostics, with better mends where the world knows the word that
/// stands where a date, braces or a plain word must.
#[must_use]
pub fn teach(
    diagnostics: Vec<Diagnostic>,
    text: &str,
    context: &Context<'_>,
    has: &HasValue<'_>,
) -> Vec<Diagnostic<QueryProblem>> {
    let teacher = Teacher { checker: Checker::new(*context), has };
    diagnostics.into_iter().map(|diagnostic| teacher.taught(diagnostic, text)).collect()
}

/// Hints for texts in quotes that are wholly what a field refers to.
#[must_use]
pub fn quoted_names(filter: &Expression, context: &Context<'_>, has: &HasValue<'_>) -> Vec<Diagnostic<QueryProblem>> {
    let teacher = Teacher { checker: Checker::new(*context), has };
    let mut hints = Vec::new();
    teacher.texts(filter, &mut hints);
    hints
}

/// Hints for words read as text that are ids of facts, or values of fields.
#[must_use]
pub fn words_that_are_values(
    readings: &[Reading],
    context: &Context<'_>,
    has: &HasValue<'_>,
) -> Vec<Diagnostic<QueryProblem>> {
    let fields: Vec<&str> = context
        .schema
        .fields()
        .filter(|field| matches!(field.kind, FieldKind::Id | FieldKind::Keyword))
        .map(|field| field.name.as_ref())
        .collect();
    let hint = |reading: &Reading| {
        let Meaning::Text { text, .. } = &reading.meaning else { return None };
        let folded = fold(text);
        let field = fields.iter().find(|field| has(field, text) || has(field, &folded))?;
        let problem = WordProblem::ValueAsText { word: text.clone(), mend: value(field, text) };
        Some(Diagnostic::warning(reading.span, problem))
    };
    readings.iter().filter_map(hint).collect()
}

struct Teacher<'a> {
    checker: Checker<'a>,
    has: &'a HasValue<'a>,
}

impl Teacher<'_> {
    fn texts(&self, expression: &Expression, hints: &mut Vec<Diagnostic<QueryProblem>>) {
        match &expression.value {
            Condition::Text(text) => {
                let Some(mend) = self.as_value(text) else { return };
                hints.push(Diagnostic::warning(expression.span, WordProblem::QuotedName { text: text.clone(), mend }));
            }
            Condition::And(items) | Condition::Or(items) => items.iter().for_each(|item| self.texts(item, hints)),
            Condition::Not(inner)
            | Condition::Maybe(inner)
            | Condition::Unknown(inner)
            | Condition::AsOf(inner, _)
            | Condition::According(inner, _)
            | Condition::Source(inner) => {
                self.texts(inner, hints);
            }
            _ => {}
        }
    }

    /// How facts are asked for that refer to what is called so.
    fn as_value(&self, name: &str) -> Option<String> {
        let Context { schema, entities, .. } = self.checker.context;
        if let Resolution::One(number) = entities.resolve(name) {
            return Some(if name.split(' ').all(is_word) {
                fold(name).into_owned()
            } else {
                self.field_of(number, name)
            });
        }
        let folded = fold(name).into_owned();
        let role = [Role::Object, Role::Subject].into_iter().find(|role| (self.has)(role.field(), &folded))?;
        Some(value(schema.end_name(role), name))
    }

    /// A test of the end at which an entity stands.
    fn field_of(&self, number: EntityNumber, name: &str) -> String {
        let role = self.checker.possible_ends(number).tested().opposite();
        value(self.checker.context.schema.end_name(role), name)
    }

    fn taught(&self, diagnostic: Diagnostic, text: &str) -> Diagnostic<QueryProblem> {
        let rest = text.get(diagnostic.span.start..).unwrap_or("");
        let mend = match &diagnostic.problem {
            SyntaxProblem::Condition(MalformedCondition::SignInWord { word }) => {
                self.as_value(word).map(WorldMend::Write)
            }
            SyntaxProblem::Stray(StrayText::BlankBeforeColon { joined }) => {
                let (word, value) = joined.split_once(':').unwrap_or((joined.as_str(), ""));
                let is_act = self.checker.context.schema.action_word(word).is_some();
                let relation = if looks_like_date(value) { "in " } else { "" };
                is_act.then(|| WorldMend::Write(format!("{word} {relation}{value}")))
            }
            SyntaxProblem::Expected {
                expected: ExpectedSyntax::Braces { after: with @ ("with" | "without") }, ..
            } => {
                // Not behind `with same field`, where a field or a comma is missing.
                let before = text.get(..diagnostic.span.start).unwrap_or("");
                let last = Tokens::new(before).filter(Token::is_solid).last();
                let is_direct = last.is_some_and(|token| token.is(with));
                let mend = if is_direct { self.no_braces(rest, *with == "without") } else { None };
                mend.map(WorldMend::Write)
            }
            SyntaxProblem::DateExpected {
                context: DateContext::Relation { field, relation, written },
                found: Some(_),
                ..
            } => {
                let before = text.get(..diagnostic.span.start).unwrap_or("").trim_end();
                let ahead = before.len().checked_sub(written.len()).and_then(|end| before.get(..end));
                let ahead = last_conditions(ahead.unwrap_or(""));
                self.date_mend(rest, ahead, (field.as_deref(), *relation, written))
            }
            _ => None,
        };
        diagnostic.map(|problem| match mend {
            Some(mend) => QueryProblem::InWorld { problem, mend },
            None => QueryProblem::Syntax(problem),
        })
    }

    /// The longest name that a text begins with.
    fn name<'t>(&self, rest: &'t str) -> Option<(EntityNumber, &'t str)> {
        let parts = Tokens::new(rest).take_while(|token| !ends_conditions(token) && !ends_name(token));
        let ends: Vec<usize> =
            parts.filter(Token::is_solid).map(|token| token.end()).take(LONGEST_NAME_IN_TOKENS).collect();
        ends.into_iter().rev().find_map(|end| {
            let name = rest.get(..end)?;
            self.checker.entity_called(name).map(|number| (number, name))
        })
    }

    fn is_group(&self, number: EntityNumber) -> bool {
        let kind = &self.checker.context.entities.get(number).kind;
        self.checker.context.schema.vocabulary().groups.values().any(|group| group.kinds.contains(kind))
    }

    /// What stands where the braces of `with` must.
    fn no_braces(&self, rest: &str, negated: bool) -> Option<String> {
        let (number, name) = self.name(rest)?;
        // `with no {…}`, `with no same state {…}`: the braces are there, and `no` is not a name.
        let mut behind = Tokens::new(rest.get(name.len()..).unwrap_or("")).filter(Token::is_solid);
        if behind.next().is_some_and(|token| token.text.starts_with('{') || token.is("same")) {
            return None;
        }
        let minus = if negated { "-" } else { "" };
        let id = &self.checker.context.entities.get(number).id;
        Some(if self.is_group(number) {
            format!("{minus}{}", value("in", id))
        } else if is_word(name) {
            format!("{minus}{name}")
        } else {
            format!("{minus}{}", self.field_of(number, id))
        })
    }

    /// What to write for a word behind a relation that is not a date; `ahead`
    /// are the conditions before the relation.
    fn date_mend(
        &self,
        rest: &str,
        ahead: &str,
        (field, relation, written): (Option<&str>, Relation, &str),
    ) -> Option<WorldMend> {
        let word = Tokens::new(rest).next().filter(|token| token.kind == TokenKind::Word)?.text;
        // In a stage it is a column.
        let column = field.filter(|_| ahead.split_whitespace().next().is_some_and(|first| first == "where"));
        let of_source = field.filter(|_| column.is_none()).and_then(|field| self.key_of_date_of_source(field));
        let field = field.filter(|field| self.is_date(field));
        if self.is_date(word) {
            let (own, rows) = match of_source {
                // A fact has several sources, and each of them its dates.
                Some(key) => (key, "| sources "),
                None => (field.or(column).unwrap_or("date"), ""),
            };
            let is_comparable = own != word && !word.starts_with("source.");
            let stages = format!("{rows}{}", difference_stages(own, word, relation));
            return is_comparable.then(|| WorldMend::CompareByDifference { word: word.to_owned(), stages });
        }
        let schema = self.checker.context.schema;
        let act = if schema.action_word(word).is_some() {
            Some(word)
        } else {
            nearest(word, suggest::action_forms(schema)).filter(|_| self.name(rest).is_none())
        };
        if let Some(act) = act {
            let field = field.map_or_else(String::new, |field| format!("{field} "));
            return Some(WorldMend::DateOfAct(format!("{field}{written} {{{act}}}")));
        }
        // What is a word of the language is none of anybody's codes here.
        if reserved_words().iter().any(|keyword| keyword.eq_ignore_ascii_case(word)) {
            return None;
        }
        let (number, name) = self.name(rest)?;
        let entity = self.checker.context.entities.get(number);
        if self.is_group(number) {
            return Some(WorldMend::Group(value("in", &entity.id)));
        }
        if matches!(relation, Relation::Within(..)) {
            return None;
        }
        let behind = first_conditions(rest.get(name.len()..).unwrap_or(""));
        let words = [ahead, name, behind].into_iter().filter(|part| !part.is_empty());
        let mended = Some(words.collect::<Vec<_>>().join(" ")).filter(|mended| mended.len() <= LONGEST);
        let (name, entity, relation) = (name.to_owned(), entity.name.clone(), written.to_owned());
        Some(WorldMend::NameWithoutRelation { name, entity, relation, mended })
    }

    /// The key of sources that a path is if it is a date of theirs.
    fn key_of_date_of_source<'p>(&self, path: &'p str) -> Option<&'p str> {
        let key = path.strip_prefix("source.").unwrap_or(path);
        let is_own = self.is_date(path) && key == path;
        let schema = self.checker.context.schema;
        let of_sources = schema.field(&format!("source.{key}")).filter(|field| field.kind == FieldKind::Date);
        of_sources.filter(|_| !is_own).map(|_| key)
    }

    /// Whether a path is a date of a fact, or of what a field refers to.
    fn is_date(&self, path: &str) -> bool {
        let schema = self.checker.context.schema;
        let is_date = |name: &str| schema.field(name).is_some_and(|field| field.kind == FieldKind::Date);
        is_date(path)
            || path.split_once('.').is_some_and(|(field, name)| {
                schema.field(field).is_some_and(|field| field.kind == FieldKind::Reference)
                    && attribute(schema, name).is_some_and(|attribute| attribute.kind == FieldKind::Date)
            })
    }
}

/// The most tokens of a name.
const LONGEST_NAME_IN_TOKENS: usize = 12;

/// Whether conditions end before a token: at a bracket, a stage, or the end of
/// a line or a statement.
fn ends_conditions(token: &Token<'_>) -> bool {
    match token.kind {
        TokenKind::OpeningBracket | TokenKind::ClosingBracket | TokenKind::Pipe | TokenKind::Semicolon => true,
        TokenKind::Blank => token.text.contains('\n'),
        _ => false,
    }
}

/// Whether a name ends before a token that is among conditions.
fn ends_name(token: &Token<'_>) -> bool {
    matches!(token.kind, TokenKind::Quote { .. } | TokenKind::Comment | TokenKind::Sign(':'))
}

/// The conditions at the end of a text.
fn last_conditions(text: &str) -> &str {
    let start = Tokens::new(text).filter(ends_conditions).last().map_or(0, |token| token.end());
    text.get(start..).unwrap_or("").trim()
}

/// The conditions at the start of a text.
fn first_conditions(text: &str) -> &str {
    let opens = |token: &Token<'_>| matches!(token.kind, TokenKind::OpeningBracket);
    let end = Tokens::new(text).find(|token| ends_conditions(token) && !opens(token));
    text.get(..end.map_or(text.len(), |token| token.start)).unwrap_or("").trim()
}

/// A test of a field.
fn value(field: &str, value: &str) -> String {
    let value = crate::syntax::tree::Value::Word(value.to_owned());
    format!("{field}:{}", crate::syntax::print_value(&value))
}
