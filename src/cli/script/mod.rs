//! The statements of a file, run in their order. Errors and failed assertions
//! are told where they stand, and the rest is run all the same.

mod assertion;
mod files;

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::cli::problem::{StatementProblem, of_statement};
use tractat::model::{Day, nearest};
use tractat::syntax::keyword::{self, KeywordPlace};
use tractat::syntax::tree::{Name, Query, RelativeDay, Statement, When};
use tractat::syntax::{DefinitionSource, Diagnostic, Span, Spanned, parameters_of, parse_script, tree};
use tractat::{Answer, Error, Parameter, QueryOptions, Store};

use super::argument_values::parse_day;
use super::failure::CommandFailure;
use super::output::{StandardOutput, line_of, note};
use super::show::{Format, Pages, Stopwatch, print_answer};
use super::text::{counted, grouped};
use assertion::one_line;

/// A file of statements.
pub struct LoadedScript {
    /// What messages call it; nothing at the prompt, where it stands above them.
    name: Option<String>,
    text: String,
    /// Where it is, if it is a file.
    path: Option<PathBuf>,
    tree: tree::Script,
}

/// What statements are run with, and may set.
pub struct Surroundings<'a> {
    /// What is asked.
    pub store: &'a Store,
    /// The options of queries that follow from the arguments.
    pub options: QueryOptions,
    /// How rows are written.
    pub format: Option<Format>,
    /// The format that applies before the first `format` statement.
    usual: Option<Format>,
    /// Whether long answers for people stop at a screenful, and if so whether
    /// they say how long they took.
    pub stops: Option<Timing>,
    /// Whether a name may be given to another query.
    pub redefines: bool,
    /// The rest of the last answer, if it was stopped.
    pub rest: Option<Pages>,
    /// The parameters that statements asked for.
    pub asked: BTreeSet<String>,
}

/// Whether answers say how long they took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timing {
    /// They do.
    Said,
    /// They do not.
    LeftOut,
}

impl<'a> Surroundings<'a> {
    /// Where every answer is written whole.
    pub fn new(store: &'a Store, options: QueryOptions, format: Option<Format>) -> Self {
        let asked = BTreeSet::new();
        Self { store, options, format, usual: format, stops: None, redefines: false, rest: None, asked }
    }

    /// Whether an answer stops at a screenful.
    fn stops_on(&self, output: &StandardOutput) -> Option<Timing> {
        let is_for_people = output.surface.terminal && self.format.and_then(Format::written).is_none();
        self.stops.filter(|_| is_for_people)
    }

    /// The options of one query.
    fn options_for(&mut self, query: &Query) -> QueryOptions {
        let options = self.options.for_query(query);
        self.asked.extend(options.parameters.names().map(str::to_owned));
        options
    }
}

/// How the assertions of a script came out.
#[derive(Debug, Default, Clone, Copy)]
pub struct AssertionTally {
    assertions: u64,
    failed: u64,
    /// Those whose query cannot be answered, or whose file was given up.
    unasked: u64,
    /// Whether something could not be run at all.
    pub has_errors: bool,
}

impl AssertionTally {
    /// The sum of two tallies.
    pub fn and(self, other: Self) -> Self {
        Self {
            assertions: self.assertions + other.assertions,
            failed: self.failed + other.failed,
            unasked: self.unasked + other.unasked,
            has_errors: self.has_errors || other.has_errors,
        }
    }

    /// Says how many assertions hold.
    pub fn tell(self, name: Option<&str>) {
        let name = name.map_or_else(String::new, |name| format!("{name}: "));
        let of_all = |count: u64, what: &str| {
            let all = counted(self.assertions, "assertion", "assertions");
            (count > 0).then(|| format!("{} of {all} {what}", grouped(count)))
        };
        match self.assertions {
            0 => {}
            // Of one at the prompt all has been said.
            1 if name.is_empty() => {}
            all if self.failed + self.unasked == 0 => {
                note(&format!("{name}{}", counted(all, "assertion holds", "assertions hold")));
            }
            _ => {
                let said = [of_all(self.failed, "failed"), of_all(self.unasked, "could not be checked")];
                note(&format!("{name}{}", said.into_iter().flatten().collect::<Vec<_>>().join(", ")));
            }
        }
    }

    /// Whether everything was run and holds.
    pub fn outcome(self) -> Result<(), CommandFailure> {
        if self.has_errors || self.failed > 0 { Err(CommandFailure::Reported) } else { Ok(()) }
    }
}

impl LoadedScript {
    /// Reads the statements; errors are about all of them.
    pub fn read(name: Option<String>, text: String, path: Option<&Path>) -> Result<Self, CommandFailure> {
        let parsed = parse_script(&text);
        match parsed.tree {
            Some(tree) => Ok(Self { name, text, path: path.map(Path::to_owned), tree }),
            None => {
                Err(CommandFailure::Query { source: text, file: name, diagnostics: of_statement(parsed.diagnostics) })
            }
        }
    }

    /// The statements in their order.
    pub fn statements(&self) -> &[Spanned<Statement>] {
        &self.tree.statements
    }

    /// Whether its first statement begins with what may be meant as a word of the language.
    pub fn may_be_misspelt(&self) -> bool {
        self.tree.statements.first().is_some_and(|statement| misspelt(self.slice(statement.span)).is_some())
    }

    /// Runs every statement, and says how many assertions hold.
    pub fn run(
        &self,
        surroundings: &mut Surroundings<'_>,
        output: &mut StandardOutput,
    ) -> Result<AssertionTally, CommandFailure> {
        let mut run = ScriptRun {
            surroundings,
            output,
            tally: AssertionTally::default(),
            is_given_up: false,
            included: Vec::new(),
            chain: Vec::new(),
        };
        run.chain.extend(self.link());
        run.script(self)?;
        let tally = run.tally;
        tally.tell(self.name.as_deref());
        Ok(tally)
    }

    /// The prefix of messages about a place in the script: the file and the line; at the
    /// prompt the line, if there are several.
    fn place(&self, at: usize) -> String {
        let line = line_of(&self.text, at);
        match &self.name {
            Some(name) => format!("{name}:{line}: "),
            None if self.text.trim().contains('\n') => format!("line {line}: "),
            None => String::new(),
        }
    }

    fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or(&self.text)
    }

    fn wrong(&self, diagnostic: Diagnostic<StatementProblem>) -> CommandFailure {
        self.all_wrong(vec![diagnostic])
    }

    fn all_wrong(&self, diagnostics: Vec<Diagnostic<StatementProblem>>) -> CommandFailure {
        CommandFailure::Query { source: self.text.clone(), file: self.name.clone(), diagnostics }
    }

    /// What is wrong with a query, at its place in the file.
    fn failure(&self, error: Error) -> CommandFailure {
        match error {
            Error::Query(diagnostics) => self.all_wrong(of_statement(diagnostics)),
            other => CommandFailure::from(other),
        }
    }

    /// Refuses a statement whose first word was meant to say what it is, and
    /// which would pass as a query for that word.
    fn refuse_misspelt(&self, span: Span, answer: Option<&Answer>) -> Result<(), CommandFailure> {
        let Some((word, meant)) = misspelt(self.slice(span)) else { return Ok(()) };
        let start = span.start + (self.slice(span).len() - self.slice(span).trim_start().len());
        let at = Span::new(start, start + word.len());
        let means_nothing = |answer: &Answer| {
            answer.readings().iter().any(|reading| reading.span.range() == at.range() && reading.is_unknown_word())
        };
        // What is wrong with the query may well come of reading it as one.
        if !answer.is_none_or(means_nothing) {
            return Ok(());
        }
        let message = format!("`{word}` does not begin a statement; did you mean `{meant}`?");
        let help = format!("to search for the word, put it in quotes: \"{word}\"");
        Err(self.wrong(StatementProblem::error(at, message, Some(help))))
    }
}

/// A run of statements, of one file and those that it includes.
struct ScriptRun<'r, 's> {
    surroundings: &'r mut Surroundings<'s>,
    output: &'r mut StandardOutput,
    tally: AssertionTally,
    /// Whether a file was given up: then those that include it are, too.
    is_given_up: bool,
    /// The files that were included, so that each is once.
    included: Vec<PathBuf>,
    /// The files that are being run, each included by the one before, with
    /// what messages call them.
    chain: Vec<(PathBuf, String)>,
}

impl ScriptRun<'_, '_> {
    fn script(&mut self, script: &LoadedScript) -> Result<(), CommandFailure> {
        for (place, statement) in script.tree.statements.iter().enumerate() {
            let rest = script.tree.statements.get(place + 1..).unwrap_or_default();
            match self.statement(script, statement) {
                // A file that was included, or one that it includes, was given up.
                Ok(()) if self.is_given_up => {
                    self.give_up(script, statement, rest);
                    break;
                }
                Ok(()) => {}
                // Nothing after these can be answered either.
                Err(failure @ (CommandFailure::Closed | CommandFailure::Store(_))) => return Err(failure),
                // The prompt tells it, right below what was typed.
                Err(failure) if script.name.is_none() && script.tree.statements.len() == 1 => return Err(failure),
                Err(failure) => {
                    self.output.flush()?;
                    failure.tell();
                    self.tally.has_errors = true;
                    if matches!(statement.value, Statement::Include(_) | Statement::SetToday(_)) {
                        // What follows would mean something else without it.
                        self.give_up(script, statement, rest);
                        break;
                    }
                }
            }
        }
        Ok(self.output.flush()?)
    }

    /// Says that the rest of a file is not run, and counts its assertions.
    fn give_up(&mut self, script: &LoadedScript, at: &Spanned<Statement>, rest: &[Spanned<Statement>]) {
        self.is_given_up = true;
        if rest.is_empty() {
            return;
        }
        let assertions = rest.iter().filter(|statement| matches!(statement.value, Statement::Assert { .. })).count();
        self.tally.assertions += assertions as u64;
        self.tally.unasked += assertions as u64;
        let rest = counted(rest.len() as u64, "statement after it was", "statements after it were");
        note(&format!("{}{rest} not run", script.place(at.span.start)));
    }

    fn statement(&mut self, script: &LoadedScript, statement: &Spanned<Statement>) -> Result<(), CommandFailure> {
        match &statement.value {
            Statement::Query(query) => self.query(script, query, statement.span),
            Statement::Echo(text) => Ok(self.output.line(&text.value)?),
            Statement::Format(name) => self.format(script, name),
            Statement::SetToday(when) => {
                self.surroundings.options.today = self.day(script, when)?;
                Ok(())
            }
            Statement::Assert { expected, query } => {
                // One that cannot be checked is an error of its own.
                self.tally.assertions += 1;
                self.tally.unasked += 1;
                let options = self.surroundings.options_for(query);
                let answer = self.surroundings.store.query_tree(&script.text, query, &options);
                let answer = answer.map_err(|error| script.failure(error))?;
                script.refuse_misread(&answer)?;
                let complaint = script.check(expected, query.span, answer)?;
                self.tally.unasked -= 1;
                self.output.flush()?;
                let place = script.place(statement.span.start);
                if let Some(complaint) = complaint {
                    self.tally.failed += 1;
                    note(&format!("{place}FAILED: {complaint}"));
                } else {
                    note(&format!("{place}ok: {}", one_line(script.slice(statement.span))));
                }
                Ok(())
            }
            Statement::Let { name, parameters, query } => self.define(script, name, parameters, query),
            Statement::Include(file) => self.include(script, file),
        }
    }

    fn query(&mut self, script: &LoadedScript, query: &Query, span: Span) -> Result<(), CommandFailure> {
        let watch = Stopwatch::start();
        let options = self.surroundings.options_for(query);
        let answer = self.surroundings.store.query_tree(&script.text, query, &options);
        script.refuse_misspelt(span, answer.as_ref().ok())?;
        let answer = answer.map_err(|error| script.failure(error))?;
        let format = self.surroundings.format;
        let Some(timing) = self.surroundings.stops_on(self.output) else {
            print_answer(answer, &script.text, format, watch, self.output)?;
            return Ok(());
        };
        let is_last = script.tree.statements.last().is_some_and(|last| last.span.range() == span.range());
        let pages = Pages::new(answer, &script.text, format);
        let mut pages = if is_last { pages } else { pages.followed() };
        let has_more = pages.print_next(Some(watch).filter(|_| timing == Timing::Said), self.output)?;
        self.surroundings.rest = Some(pages).filter(|_| has_more && is_last);
        Ok(())
    }

    /// `format csv`; `auto` is what it was before the first.
    fn format(&mut self, script: &LoadedScript, name: &Name) -> Result<(), CommandFailure> {
        if name.value.eq_ignore_ascii_case("auto") {
            self.surroundings.format = self.surroundings.usual;
            return Ok(());
        }
        let known = Format::named(&name.value).ok_or_else(|| {
            let message = format!("there is no format `{}`", name.value);
            let help = format!("use one of {} or auto", Format::names());
            script.wrong(StatementProblem::error(name.span, message, Some(help)))
        })?;
        self.surroundings.format = Some(known);
        Ok(())
    }

    /// The day of `set today D`; `None` for the current day.
    fn day(&mut self, script: &LoadedScript, when: &Spanned<When>) -> Result<Option<Day>, CommandFailure> {
        let wrong = |message: String| script.wrong(StatementProblem::error(when.span, message, None));
        let written = match &when.value {
            When::Relative(RelativeDay::Today) => return Ok(None),
            When::Civil { year, month, day: Some(day) } => format!("{year:04}-{month:02}-{day:02}"),
            When::Parameter(name) => {
                self.surroundings.asked.insert(name.clone());
                match self.surroundings.options.parameters.get(name) {
                    Some(Parameter::Text(day)) => day.clone(),
                    Some(_) => return Err(wrong(format!("`${name}` must be a day here"))),
                    None => return Err(wrong(format!("the parameter `${name}` has no value"))),
                }
            }
            _ => script.slice(when.span).trim().to_owned(),
        };
        parse_day(&written).map(Some).map_err(wrong)
    }

    /// `let name($p) = query`. At the prompt one that is wrong leaves things as they are.
    fn define(
        &mut self,
        script: &LoadedScript,
        name: &Name,
        parameters: &[Name],
        query: &Query,
    ) -> Result<(), CommandFailure> {
        // Who holds the definitions too makes each change copy all of them.
        let before = self.surroundings.redefines.then(|| self.surroundings.options.definitions.clone());
        if before.is_some() {
            self.surroundings.options.definitions.forget(&name.value);
        }
        let wrong = self.wrong_definition(script, name, parameters, query);
        if wrong.is_empty() {
            return Ok(());
        }
        if let Some(before) = before {
            self.surroundings.options.definitions = before;
        }
        Err(script.all_wrong(wrong))
    }

    /// Gives a query a name, and tells what is wrong with it; without
    /// parameters it is checked here.
    fn wrong_definition(
        &mut self,
        script: &LoadedScript,
        name: &Name,
        parameters: &[Name],
        query: &Query,
    ) -> Vec<Diagnostic<StatementProblem>> {
        let surroundings = &mut *self.surroundings;
        let own = |asked: &String| parameters.iter().any(|parameter| parameter.value == *asked);
        surroundings.asked.extend(parameters_of(query).into_iter().filter(|asked| !own(asked)));
        let written = DefinitionSource { file: script.name.as_deref().unwrap_or(""), text: &script.text };
        if let Err(wrong) = surroundings.options.definitions.define(name, parameters, query, written) {
            return of_statement(wrong);
        }
        if !parameters.is_empty() {
            return Vec::new();
        }
        let options = surroundings.options_for(query);
        let mut wrong = surroundings.store.diagnose_definition(&script.text, query, &options);
        wrong.retain(Diagnostic::is_error);
        if !wrong.is_empty() {
            surroundings.options.definitions.refuse(&name.value);
        }
        of_statement(wrong)
    }
}

/// The first word of a statement that is probably a mistyped word of the
/// language, and that word; none where nothing follows it.
fn misspelt(statement: &str) -> Option<(&str, &'static str)> {
    let statement = statement.trim_start();
    let (word, rest) = statement.split_once([' ', '\t'])?;
    if rest.trim().is_empty() || !word.chars().all(char::is_alphabetic) {
        return None;
    }
    let known = || keyword::at_place(KeywordPlace::Statement).chain(std::iter::once("let"));
    if known().any(|known| known.eq_ignore_ascii_case(word)) {
        return None;
    }
    Some((word, nearest(word, known())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_word_is_misspelt_only_before_something() {
        assert_eq!(misspelt(" asert none x"), Some(("asert", "assert")));
        assert_eq!(misspelt("foramt csv"), Some(("foramt", "format")));
        for right in ["asert", "assert none x", "asert: x", "signed x", "| count", ""] {
            assert_eq!(misspelt(right), None, "{right}");
        }
    }
}
