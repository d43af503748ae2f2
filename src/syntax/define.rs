//! How queries get their names: what is wrong with a definition is found here.

use std::collections::BTreeSet;

use super::definitions::{Definition, DefinitionPlace, DefinitionSource, Definitions};
use super::expand::problems_of_calls;
use super::parameters::parameters_of;
use super::tree::{Condition, Expression, Name, Query, Statement};
use super::walk::change::{MoveSpans, Transform};
use super::walk::read::{self, Visit};
use super::{DefinitionProblem, Diagnostic, Span, parse_query, parse_script};
use crate::model::nearest;

impl Definitions {
    /// Reads the definitions of a file of statements, whatever else is in it;
    /// the files that it includes are not read.
    ///
    /// ```
    /// use tractat::syntax::Definitions;
    ///
    /// let definitions = Definitions::parse("let left($whom) = resigned object:$whom").unwrap();
    /// assert_eq!(definitions.get("left").unwrap().signature(), "left($whom)");
    /// ```
    ///
    /// # Errors
    ///
    /// If the file does not parse, or a definition is wrong.
    pub fn parse(text: &str) -> Result<Self, Vec<Diagnostic>> {
        let parsed = parse_script(text);
        let mut definitions = Self::new();
        let mut wrong: Vec<Diagnostic> = parsed.diagnostics.into_iter().filter(Diagnostic::is_error).collect();
        for statement in parsed.tree.iter().flat_map(|tree| &tree.statements) {
            if let Statement::Let { name, parameters, query } = &statement.value {
                let defined = definitions.define(name, parameters, query, DefinitionSource { file: "", text });
                wrong.extend(defined.err().into_iter().flatten());
            }
        }
        if wrong.is_empty() { Ok(definitions) } else { Err(wrong) }
    }

    /// Gives a query a name. It may call what is defined so far.
    ///
    /// # Errors
    ///
    /// If the name is taken or a word of the language, if a parameter is listed
    /// twice or not used, or if the query calls wrongly. A name that was free
    /// is known even then, so that its calls are not errors too.
    pub fn define(
        &mut self,
        name: &Name,
        parameters: &[Name],
        query: &Query,
        source: DefinitionSource<'_>,
    ) -> Result<(), Vec<Diagnostic>> {
        if let Some(known) = self.get(&name.value) {
            let problem = DefinitionProblem::Redefined { name: known.name.clone(), place: known.place.clone() };
            return Err(vec![Diagnostic::error(name.span, problem)]);
        }
        let mut diagnostics = problems_of_parameters(parameters, query);
        if !can_be_called(&name.value) {
            let problem = DefinitionProblem::NameIsKeyword { name: name.value.clone() };
            diagnostics.push(Diagnostic::error(name.span, problem));
        }
        let called = called_names(query);
        if called.contains(&name.value.to_lowercase()) {
            let problem = DefinitionProblem::Recursive { name: name.value.clone() };
            diagnostics.push(Diagnostic::error(name.span, problem));
        } else {
            diagnostics.extend(problems_of_calls(self, source.text, query));
        }
        let mut own = query.clone();
        let start = query.span.start;
        MoveSpans(&|span| Span::new(span.start.saturating_sub(start), span.end.saturating_sub(start))).query(&mut own);
        self.insert(Definition {
            name: name.value.clone(),
            parameters: parameters.iter().map(|parameter| parameter.value.clone()).collect(),
            text: source.text.get(query.span.range()).unwrap_or("").to_owned(),
            query: diagnostics.is_empty().then_some(own),
            place: place_in(source, name.span.start),
            calls: self.named(called),
        });
        if diagnostics.is_empty() { Ok(()) } else { Err(diagnostics) }
    }

    /// Marks a definition as wrong, so that its calls are not errors too: the
    /// checker found that it means nothing in a world.
    pub fn refuse(&mut self, name: &str) {
        if let Some(known) = self.get(name) {
            let refused = Definition {
                name: known.name.clone(),
                parameters: known.parameters.clone(),
                text: known.text.clone(),
                query: None,
                place: known.place.clone(),
                calls: Self::new(),
            };
            self.insert(refused);
        }
    }
}

fn place_in(source: DefinitionSource<'_>, at: usize) -> DefinitionPlace {
    if source.file.is_empty() {
        return DefinitionPlace::Prompt;
    }
    let before = source.text.get(..at).unwrap_or("");
    let line = 1 + memchr::memchr_iter(b'\n', before.as_bytes()).count();
    DefinitionPlace::File { name: source.file.to_owned(), line }
}

/// Whether a name before parentheses is a call, and not a word with a meaning of its own.
fn can_be_called(name: &str) -> bool {
    let called = parse_query(&format!("{name}()")).tree.and_then(|query| query.filter);
    called.is_some_and(|filter| matches!(filter.value, Condition::Call(_)))
}

fn problems_of_parameters(parameters: &[Name], query: &Query) -> Vec<Diagnostic> {
    let used = parameters_of(query);
    let mut diagnostics = Vec::new();
    for (index, parameter) in parameters.iter().enumerate() {
        let name = &parameter.value;
        if parameters.iter().take(index).any(|other| other.value == *name) {
            let problem = DefinitionProblem::RepeatedParameter { name: name.clone() };
            diagnostics.push(Diagnostic::error(parameter.span, problem));
        } else if !used.contains(name) {
            let similar = nearest(name, used.iter().map(String::as_str)).map(str::to_owned);
            let problem = DefinitionProblem::UnusedParameter { name: name.clone(), similar };
            diagnostics.push(Diagnostic::error(parameter.span, problem));
        }
    }
    diagnostics
}

/// The names of the queries that a query calls, in lower case.
fn called_names(query: &Query) -> BTreeSet<String> {
    let mut found = CalledNames(BTreeSet::new());
    found.query(query);
    found.0
}

struct CalledNames(BTreeSet<String>);

impl Visit for CalledNames {
    fn expression(&mut self, expression: &Expression) {
        if let Condition::Call(call) = &expression.value {
            self.0.insert(call.name.value.to_lowercase());
        }
        read::walk_expression(self, expression);
    }
}
