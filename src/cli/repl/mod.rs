//! The prompt: reads, asks, prints, until somebody leaves. Owns the terminal
//! while it runs; what queries mean is for the library.

mod dot_commands;
mod help;
mod helper;
mod history;
mod reopening_store;
mod tab;

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use rustyline::error::ReadlineError;
use rustyline::history::{DefaultHistory, History, SearchDirection};
use rustyline::{ColorMode, CompletionType, Config, Editor, EventHandler, KeyCode, KeyEvent, Modifiers};
use tractat::QueryOptions;
use tractat::model::Cell;
use tractat::syntax::keyword::{self, KeywordPlace};
use tractat::syntax::tree::Statement;
use tractat::syntax::{Definitions, parse_query};
use unicode_width::UnicodeWidthStr;

use dot_commands::DotAction;
use helper::PromptHelper;
use reopening_store::ReopeningStore;
use tab::{TabKey, Typing};

use super::CommandContext;
use super::argument_values::parse_day;
use super::commands::explain::print_explanation;
use super::commands::{help as manual, run};
use super::failure::CommandFailure;
use super::opening::OpenedStore;
use super::output::{HEADING, StandardOutput, Surface, note, note_carets, rendered};
use super::script::{LoadedScript, Surroundings, Timing};
use super::show::{Format, Pages, Stopwatch, print_answer, print_rows};

/// The prompt; carets below the input are indented by its width.
const PROMPT: &str = "tractat> ";

/// How many entries `.history` lists if nobody says.
const RECENT: usize = 20;

type PromptEditor = Editor<PromptHelper, DefaultHistory>;

/// Asks for queries until the input ends.
pub fn run(context: &mut CommandContext) -> Result<(), CommandFailure> {
    let opened = context.open()?;
    let surface = context.output.surface;
    let banner = banner(&opened);
    let held = ReopeningStore::new(opened, context.global.author.clone());
    let mut editor = editor(held.clone(), surface.colour)?;
    let remembered = history::file().filter(|path| match history::prepare(path) {
        Ok(()) => editor.load_history(path).is_ok(),
        Err(error) => {
            note(&format!("note: {} cannot be used for the history: {error}", path.display()));
            false
        }
    });
    let mut session = Session::new(held, context)?;
    session.output.line(&banner)?;
    session.output.flush()?;
    let prompt = (PROMPT.to_owned(), surface.paint(HEADING, PROMPT));
    loop {
        let line = match editor.readline(&prompt) {
            Ok(line) => line,
            Err(ReadlineError::Interrupted | ReadlineError::Signal(_)) => continue,
            Err(ReadlineError::Eof) => return Ok(()),
            Err(ReadlineError::Io(error)) if error.kind() == std::io::ErrorKind::InvalidData => {
                note("the line was ignored, as it is not valid UTF-8");
                continue;
            }
            Err(error) => return Err(CommandFailure::Failed(format!("the terminal cannot be read: {error}"))),
        };
        if line.trim().is_empty() {
            continue;
        }
        // A history that cannot be kept is no reason not to answer.
        let _ = editor.add_history_entry(line.as_str());
        if let Some(path) = &remembered {
            let _ = editor.append_history(path);
        }
        match session.take(&line, &editor) {
            Ok(AfterLine::Stay) => session.output.flush()?,
            Ok(AfterLine::Leave) => return Ok(()),
            Err(CommandFailure::Closed) => return Err(CommandFailure::Closed),
            Err(failure) => {
                session.output.flush()?;
                tell(&failure, &line);
            }
        }
    }
}

fn banner(opened: &OpenedStore) -> String {
    let place = if opened.bundled { "bundled".to_owned() } else { opened.directory.display().to_string() };
    help::banner(&opened.store.statistics(), &opened.store.schema(), &place)
}

fn editor(held: Arc<ReopeningStore>, is_coloured: bool) -> Result<PromptEditor, CommandFailure> {
    let config = Config::builder()
        .completion_type(CompletionType::List)
        .completion_show_all_if_ambiguous(true)
        .bracketed_paste(true)
        .history_ignore_space(true)
        .auto_add_history(false)
        .color_mode(if is_coloured { ColorMode::Enabled } else { ColorMode::Disabled })
        .build();
    let fail = |error: ReadlineError| CommandFailure::Failed(format!("the terminal cannot be used: {error}"));
    let mut editor = PromptEditor::with_config(config).map_err(fail)?;
    let typing = Typing::default();
    let tab = TabKey::new(Arc::clone(&held), typing.clone());
    editor.bind_sequence(KeyEvent(KeyCode::Tab, Modifiers::NONE), EventHandler::Conditional(Box::new(tab)));
    editor.set_helper(Some(PromptHelper::new(held, is_coloured, typing)));
    Ok(editor)
}

/// Prints what is wrong, with carets below the input line itself where that fits.
fn tell(failure: &CommandFailure, line: &str) {
    let CommandFailure::Query { source, file: None, diagnostics } = failure else { return failure.tell() };
    let width = Surface::of_stderr().width.map(usize::from);
    let line = line.trim_end();
    let is_in_view = |line: &str| width.is_none_or(|width| PROMPT.len() + line.width() <= width);
    for diagnostic in diagnostics {
        let beside = rendered(diagnostic, source, width.map(|width| width.saturating_sub(PROMPT.len())));
        match beside.split_once('\n') {
            // The line itself stands above, behind the prompt.
            Some((first, below)) if first == line && is_in_view(line) => {
                let margin = " ".repeat(PROMPT.len());
                let below: Vec<String> = below.lines().map(|line| format!("{margin}{line}")).collect();
                note_carets(&below.join("\n"));
            }
            _ => note_carets(&rendered(diagnostic, source, width)),
        }
    }
}

/// Whether a text begins with a word with which only statements begin.
fn begins_statement(text: &str) -> bool {
    let word = text.split_whitespace().next().unwrap_or("");
    let entry = keyword::find(KeywordPlace::Statement, word).or_else(|| keyword::find(KeywordPlace::Stage, word));
    entry.is_some_and(|entry| entry.reserved)
}

/// Whether the prompt continues after a line.
enum AfterLine {
    Stay,
    Leave,
}

/// The state of the prompt between lines.
struct Session<'a> {
    held: Arc<ReopeningStore>,
    options: QueryOptions,
    format: Option<Format>,
    has_timing: bool,
    /// The rest of a long answer.
    pages: Option<Pages>,
    output: &'a mut StandardOutput,
    cancel: Arc<AtomicBool>,
    /// How often Ctrl-C was pressed since the query began.
    pressed: Arc<AtomicU8>,
}

impl<'a> Session<'a> {
    fn new(held: Arc<ReopeningStore>, context: &'a mut CommandContext) -> Result<Self, CommandFailure> {
        let mut options = context.query_options();
        let (cancel, pressed) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU8::new(0)));
        let (stop, count) = (Arc::clone(&cancel), Arc::clone(&pressed));
        options.cancel = Arc::clone(&cancel).into();
        ctrlc::set_handler(move || {
            stop.store(true, Ordering::Relaxed);
            // A query that does not heed it must not hold its user.
            match count.fetch_add(1, Ordering::Relaxed) {
                0 => {}
                1 => note("stopping; press Ctrl-C again to leave at once"),
                _ => std::process::exit(130),
            }
        })
        .map_err(|error| CommandFailure::Failed(format!("Ctrl-C cannot be caught: {error}")))?;
        let format = context.global.format;
        Ok(Self { held, options, format, has_timing: true, pages: None, output: &mut context.output, cancel, pressed })
    }

    /// Performs a line: a dot command, a query or statements.
    fn take(&mut self, line: &str, editor: &PromptEditor) -> Result<AfterLine, CommandFailure> {
        self.cancel.store(false, Ordering::Relaxed);
        self.pressed.store(0, Ordering::Relaxed);
        self.output.look_again();
        match dot_commands::parse(line) {
            None => self.ask_all(line)?,
            Some(Err(message)) => note(&message),
            Some(Ok((dot, _))) if dot.action == DotAction::Quit => return Ok(AfterLine::Leave),
            Some(Ok((dot, given))) => self.perform(dot.action, given, editor)?,
        }
        Ok(AfterLine::Stay)
    }

    /// Runs what was typed or pasted: one query, or several statements.
    fn ask_all(&mut self, text: &str) -> Result<(), CommandFailure> {
        let script = match LoadedScript::read(None, text.to_owned(), None) {
            Ok(script) => script,
            Err(failure @ CommandFailure::Query { .. }) if begins_statement(text) => {
                return Err(failure.taught(&self.held.store()?));
            }
            // One query over several lines is more than a file would allow.
            Err(_) => return self.ask(text),
        };
        match script.statements() {
            [only] if matches!(only.value, Statement::Query(_)) && !script.may_be_misspelt() => {
                self.ask(text.trim_end().trim_end_matches(';'))
            }
            _ => self.run_statements(&script),
        }
    }

    /// Runs statements of the prompt: what they set stays set.
    fn run_statements(&mut self, script: &LoadedScript) -> Result<(), CommandFailure> {
        let store = self.held.store()?;
        self.pages = None;
        let timing = if self.has_timing { Timing::Said } else { Timing::LeftOut };
        // The day may have changed since the prompt was opened.
        self.options.here = crate::cli::day_here();
        let mut surroundings = Surroundings::new(&store, self.options.clone(), self.format);
        (surroundings.stops, surroundings.redefines) = (Some(timing), true);
        let done = script.run(&mut surroundings, self.output);
        (self.options, self.format) = (surroundings.options, surroundings.format);
        self.pages = surroundings.rest;
        self.held.remember(&self.options);
        done?.outcome()
    }

    /// Runs a file; what it sets does not affect the prompt.
    fn run_file(&mut self, path: &Path) -> Result<(), CommandFailure> {
        let store = self.held.store()?;
        let script = run::read(path, &store)?;
        self.pages = None;
        let options = self.options.clone().definitions(Definitions::new());
        script.run(&mut Surroundings::new(&store, options, self.format), self.output)?.outcome()
    }

    fn ask(&mut self, text: &str) -> Result<(), CommandFailure> {
        let watch = Stopwatch::start();
        self.pages = None;
        let asked = self.held.store()?.query_with(text, &self.options_for(text));
        let answer = asked.map_err(|error| CommandFailure::of_query(error, text))?;
        if !self.output.surface.terminal || self.format.and_then(Format::written).is_some() {
            print_answer(answer, text, self.format, watch, self.output)?;
            return Ok(());
        }
        let mut pages = Pages::new(answer, text, self.format);
        if pages.print_next(self.has_timing.then_some(watch), self.output)? {
            self.pages = Some(pages);
        }
        Ok(())
    }

    fn perform(&mut self, action: DotAction, given: &str, editor: &PromptEditor) -> Result<(), CommandFailure> {
        let store = self.held.store()?;
        match action {
            DotAction::Help => match given {
                "" => help::help(&store, &self.options, self.output),
                "topics" => Ok(manual::show(&manual::list_of_topics(), true, self.output)?),
                topic => {
                    let more = "`.help topics` lists them, and `.explain QUERY` tells how a query is read";
                    let page = manual::page_on(topic, &|word| manual::describe(&store, word));
                    Ok(manual::show(&page.ok_or_else(|| manual::unknown(topic, more))?, true, self.output)?)
                }
            },
            DotAction::Schema => help::schema(&store, self.output),
            DotAction::Actions => help::actions(&store.schema(), self.output),
            DotAction::Fields => help::fields(&store.schema(), self.output),
            DotAction::Definitions => self.list_definitions(),
            DotAction::Mode => self.set_mode(given),
            DotAction::Timing => self.set_timing(given),
            DotAction::Explain => self.explain(given),
            DotAction::More => self.more(),
            DotAction::History => self.list_history(given, editor),
            DotAction::Run => self.run_file(Path::new(given)),
            DotAction::Today => self.set_today(given),
            DotAction::Quit => Ok(()),
        }
    }

    /// The options of a query, without the parameters that it does not use.
    fn options_for(&self, text: &str) -> QueryOptions {
        let parsed = parse_query(text).tree;
        parsed.map_or_else(|| self.options.clone(), |query| self.options.for_query(&query))
    }

    fn list_definitions(&mut self) -> Result<(), CommandFailure> {
        let rows: Vec<Vec<Cell>> = self
            .options
            .definitions
            .iter()
            .map(|definition| vec![Cell::text(&definition.signature()), Cell::text(definition.text())])
            .collect();
        if rows.is_empty() {
            return Ok(self.output.line("no queries are defined; `let NAME = …` defines one")?);
        }
        print_rows(&["call", "query"], &rows, Some(Format::Table), self.output)
    }

    fn set_mode(&mut self, given: &str) -> Result<(), CommandFailure> {
        match given {
            "" => {}
            "auto" => self.format = None,
            name => {
                let unknown =
                    || CommandFailure::Failed(format!("there is no format `{name}`: use {} or auto", Format::names()));
                self.format = Some(Format::named(name).ok_or_else(unknown)?);
            }
        }
        let mode = self.format.map_or("auto: a table, or vertical if the table would be too wide", Format::name);
        Ok(self.output.line(mode)?)
    }

    fn set_timing(&mut self, given: &str) -> Result<(), CommandFailure> {
        match given {
            "" => {}
            "on" => self.has_timing = true,
            "off" => self.has_timing = false,
            other => return Err(CommandFailure::Failed(format!("`{other}` is neither `on` nor `off`"))),
        }
        Ok(self.output.line(if self.has_timing { "timing is on" } else { "timing is off" })?)
    }

    fn set_today(&mut self, given: &str) -> Result<(), CommandFailure> {
        match given {
            "" => {}
            "clock" => self.options.today = None,
            day => self.options.today = Some(parse_day(day).map_err(CommandFailure::Failed)?),
        }
        self.held.remember(&self.options);
        let today = self.options.today.map_or_else(|| "the current day, in UTC".to_owned(), |day| day.to_string());
        Ok(self.output.line(&format!("today is {today}"))?)
    }

    /// How a query is read, word by word, and what was done to answer it.
    fn explain(&mut self, text: &str) -> Result<(), CommandFailure> {
        let asked = self.held.store()?.query_with(text, &self.options_for(text));
        let answer = asked.map_err(|error| CommandFailure::of_query(error, text))?;
        print_explanation(&answer, self.output)
    }

    fn more(&mut self) -> Result<(), CommandFailure> {
        let Some(mut pages) = self.pages.take() else {
            return Ok(self.output.line("there are no more rows")?);
        };
        if pages.print_next(None, self.output)? {
            self.pages = Some(pages);
        }
        Ok(())
    }

    fn list_history(&mut self, given: &str, editor: &PromptEditor) -> Result<(), CommandFailure> {
        let wanted = if given.is_empty() { Ok(RECENT) } else { given.parse() };
        let wanted = wanted.map_err(|_| CommandFailure::Failed(format!("`{given}` is not a number of entries")))?;
        let history = editor.history();
        let width = history.len().to_string().len();
        for index in history.len().saturating_sub(wanted)..history.len() {
            if let Ok(Some(found)) = history.get(index, SearchDirection::Forward) {
                let below = format!("\n{}", " ".repeat(width + 4));
                let entry = found.entry.trim_end().replace('\n', &below);
                self.output.line(&format!("  {:>width$}  {entry}", index + 1))?;
            }
        }
        Ok(())
    }
}
