//! What to write instead of what could not even be parsed, for which the words
//! of the world must be known; and of what was put in quotes and is a name.

use super::check::{Checker, Context};
use super::paths::attribute;
use super::{QueryProblem, suggest};
use crate::model::vocabulary::Role;
use crate::model::{EntityNumber, FieldKind, Resolution, fold, nearest};
use crate::syntax::keyword;
use crate::syntax::tree::{Condition, Expression};
use crate::syntax::{Diagnostic, difference_within, is_word};

/// Tells whether facts have a value, which is given folded, in a field.
pub type HasValue<'a> = dyn Fn(&str, &str) -> bool + 'a;

/// The longest mend that repeats what was written, in bytes.
const LONGEST: usize = 200;

/// Relations, with the sign of the difference that means the same.
const RELATIONS: [(&str, &str); 7] = [
    ("after", "> 0"),
    ("since", ">= 0"),
    ("before", "< 0"),
    ("until", "<= 0"),
    ("by", "<= 0"),
    ("in", "= 0"),
    ("on", "= 0"),
];

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
    diagnostics.into_iter().map(|told| teacher.taught(told, text)).collect()
}

/// Hints for texts in quotes that are wholly what a field refers to.
#[must_use]
pub fn quoted_names(filter: &Expression, context: &Context<'_>, has: &HasValue<'_>) -> Vec<Diagnostic<QueryProblem>> {
    let teacher = Teacher { checker: Checker::new(*context), has };
    let mut hints = Vec::new();
    teacher.texts(filter, &mut hints);
    hints
}

/// What is told instead.
struct Taught {
    message: Option<String>,
    help: String,
}

impl Taught {
    fn help(help: String) -> Self {
        Self { message: None, help }
    }
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
                let message = format!("\"{text}\" was looked for in the texts, and is a name as well");
                hints.push(
                    Diagnostic::warning(expression.span, message)
                        .with_help(format!("for facts that refer to it: `{mend}`")),
                );
            }
            Condition::And(items) | Condition::Or(items) => items.iter().for_each(|item| self.texts(item, hints)),
            Condition::Not(inner) | Condition::Maybe(inner) | Condition::AsOf(inner, _) => self.texts(inner, hints),
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
        let role = self.checker.ends(number).tested().opposite();
        value(self.checker.context.schema.end_name(role), name)
    }

    fn taught(&self, told: Diagnostic, text: &str) -> Diagnostic<QueryProblem> {
        let written = text.get(told.span.range()).unwrap_or("").trim();
        let before = text.get(..told.span.start).unwrap_or("").trim_end();
        let statement = before.rfind(['\n', ';', '|', '(', '{']).map_or(before, |at| &before[at + 1..]).trim_start();
        let rest = text.get(told.span.start..).unwrap_or("");
        // In a stage other than `where` no conditions stand outside of brackets.
        let stage = before.trim_end_matches(statement).trim_end().ends_with('|');
        let is_where = statement.split(' ').next().is_some_and(|first| first.eq_ignore_ascii_case("where"));
        if stage && !is_where {
            return told.into();
        }
        let help = if !told.is_error() || written.is_empty() {
            None
        } else if written.contains(['/', '&', '+']) && written.chars().any(char::is_alphabetic) {
            self.as_value(written).map(|mend| Taught::help(format!("write {mend}")))
        } else {
            let last = statement.rsplit(' ').next().unwrap_or("").to_ascii_lowercase();
            match last.as_str() {
                "with" | "without" => self.no_braces(rest, last == "without").map(Taught::help),
                _ if written.starts_with(char::is_alphabetic) => self.no_date(rest, statement),
                _ => None,
            }
        };
        match help {
            Some(Taught { message, help }) => {
                let message = message.unwrap_or_else(|| told.message());
                told.map(|_| QueryProblem::Plain { message, help: Some(help) })
            }
            None => told.into(),
        }
    }

    /// The longest name that a text begins with.
    fn name<'t>(&self, rest: &'t str) -> Option<(EntityNumber, &'t str)> {
        let end = rest.find(|next: char| "|(){}:;\n\"".contains(next)).unwrap_or(rest.len());
        let line = rest.get(..end)?;
        let ends: Vec<usize> =
            line.char_indices().filter(|(_, c)| *c == ' ').map(|(at, _)| at).chain([line.len()]).take(6).collect();
        ends.into_iter().rev().find_map(|end| {
            let name = line.get(..end)?.trim_end();
            self.checker.entity_called(name).filter(|_| !name.is_empty()).map(|number| (number, name))
        })
    }

    fn is_group(&self, number: EntityNumber) -> bool {
        let kind = &self.checker.context.entities.get(number).kind;
        self.checker.context.schema.vocabulary().groups.values().any(|group| group.kinds.contains(kind))
    }

    /// What stands where the braces of `with` must.
    fn no_braces(&self, rest: &str, negated: bool) -> Option<String> {
        let (number, name) = self.name(rest)?;
        // `with no {…}`: the braces are there.
        if rest.get(name.len()..).is_some_and(|behind| behind.trim_start().starts_with('{')) {
            return None;
        }
        let minus = if negated { "-" } else { "" };
        Some(if self.is_group(number) {
            format!("write {minus}{}", value("in", &self.checker.context.entities.get(number).id))
        } else if name.split(' ').all(is_word) && !name.contains(' ') {
            format!("write {minus}{name}")
        } else {
            format!("write {minus}{}", self.field_of(number, &self.checker.context.entities.get(number).id))
        })
    }

    /// What stands where a date must, behind a relation.
    fn no_date(&self, rest: &str, before: &str) -> Option<Taught> {
        let mut words = before.rsplit(' ').filter(|word| !word.is_empty());
        let relation = words.next()?.to_ascii_lowercase();
        let schema = self.checker.context.schema;
        let word = rest.split(|next: char| !(next.is_alphanumeric() || "_-.".contains(next))).next()?;
        let within: Vec<&str> = words.clone().take(3).collect();
        let length = match within.as_slice() {
            [unit, number, within] if within.eq_ignore_ascii_case("within") => Some(format!("{number} {unit}")),
            _ => None,
        };
        let sign = RELATIONS.iter().find(|(known, _)| *known == relation).map(|(_, sign)| *sign);
        if sign.is_none() && length.is_none() {
            return None;
        }
        let skipped = if length.is_some() { 3 } else { 0 };
        let field = words.nth(skipped).filter(|word| self.is_date(word)).unwrap_or("date");
        if self.is_date(word) {
            let mend = match &length {
                Some(length) => difference_within(field, word, &relation, length),
                None => format!("| let gap = {field} - {word} | where gap {} days", sign.unwrap_or("> 0")),
            };
            let message = format!("`{word}` is a date of the same row, and a day, a period or braces stand here");
            let help = format!("two dates of one fact are compared by their difference: {mend}");
            return Some(Taught { message: Some(message), help });
        }
        let own = if field == "date" { String::new() } else { format!("{field} ") };
        let act = if schema.action_word(word).is_some() {
            Some(word)
        } else {
            nearest(word, suggest::action_forms(schema)).filter(|_| self.name(rest).is_none())
        };
        if let Some(word) = act {
            let relation = length.map_or_else(|| relation.clone(), |length| format!("within {length} {relation}"));
            return Some(Taught::help(format!("for the date of another fact: `{own}{relation} {{{word}}}`")));
        }
        // What is a word of the language is none of anybody's codes here.
        if keyword::TABLE.iter().any(|entry| entry.reserved && entry.word.eq_ignore_ascii_case(word)) {
            return None;
        }
        let (number, name) = self.name(rest)?;
        let entity = self.checker.context.entities.get(number);
        if self.is_group(number) {
            return Some(Taught::help(format!("for a group: `{}`", value("in", &entity.id))));
        }
        let behind = rest.get(name.len()..).unwrap_or("").split(['|', ')', '}', '\n', ';']).next().unwrap_or("").trim();
        let ahead = before.get(..before.len() - relation.len()).filter(|_| length.is_none())?.trim();
        let words = [ahead, name, behind].into_iter().filter(|part| !part.is_empty());
        let mended = words.collect::<Vec<_>>().join(" ");
        if mended.len() > LONGEST {
            return Some(Taught::help(format!("`{name}` is {}: leave out `{relation}`", entity.name)));
        }
        Some(Taught::help(format!("`{name}` is {}: leave out `{relation}`, `{mended}`", entity.name)))
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

/// A test of a field.
fn value(field: &str, value: &str) -> String {
    let value = crate::syntax::tree::Value::Word(value.to_owned());
    format!("{field}:{}", crate::syntax::print_value(&value))
}
