//! The command line: arguments, environment, terminal. It uses only the public
//! API of the library, and knows nothing of how the store works.
//!
//! A new command is a file in `commands/` and a variant of
//! [`Command`](arguments::Command); a new command of the prompt is a line in
//! the table of `repl/dot_commands.rs`.

mod argument_values;
mod arguments;
mod bundled;
mod commands;
mod failure;
mod locate;
mod manual;
mod opening;
mod output;
mod pager;
mod problem;
mod repl;
mod script;
mod show;
mod text;

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use tractat::{Day, QueryOptions};

use arguments::{Arguments, Command, GlobalArguments};
use failure::CommandFailure;
use opening::OpenedStore;
use output::{StandardOutput, note};

/// Runs the program; the exit code tells whether it succeeded.
pub fn main() -> ExitCode {
    quiet_the_index();
    let arguments = arguments::with_words_last(std::env::args_os()).unwrap_or_else(|error| error.exit());
    let arguments = Arguments::parse_from(arguments);
    let mut context = CommandContext { global: arguments.global, output: StandardOutput::stdout(), is_damaged: false };
    let done = perform(arguments.command, &mut context).and_then(|()| Ok(context.output.flush()?));
    let code = match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // What was written before it failed is still worth reading.
            let _ = context.output.flush();
            failure.tell();
            failure.code()
        }
    };
    if context.is_damaged {
        note(opening::DAMAGE);
        return ExitCode::from(DAMAGED);
    }
    code
}

/// The exit code if the journal is damaged, even if the query was answered.
const DAMAGED: u8 = 3;

/// The crate below the index panics on some damage to its files. The index
/// catches that and is built anew, which is all that a user needs to be told.
fn quiet_the_index() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let is_below = |file: &str| file.split(['/', '\\']).any(|part| part.starts_with("sled-"));
        if !panic.location().is_some_and(|location| is_below(location.file())) {
            usual(panic);
        }
    }));
}

/// What every command needs.
pub struct CommandContext {
    global: GlobalArguments,
    output: StandardOutput,
    /// Whether a store was opened whose journal is damaged.
    is_damaged: bool,
}

impl CommandContext {
    /// Opens the store that the command is about.
    fn open(&mut self) -> Result<OpenedStore, CommandFailure> {
        let opened = opening::open(self.global.store.as_deref(), self.global.author.as_deref())?;
        self.is_damaged |= opened.is_damaged();
        Ok(opened)
    }

    /// Refuses `--format` for a command that would ignore it.
    fn refuse_format(&self, command: &str) -> Result<(), CommandFailure> {
        match self.global.format {
            None => Ok(()),
            Some(_) => Err(CommandFailure::Usage(format!("`{command}` does not write rows: omit --format"))),
        }
    }

    /// Refuses `--param` for a command that would ignore it.
    fn refuse_parameters(&self, command: &str) -> Result<(), CommandFailure> {
        match self.global.parameters.first() {
            None => Ok(()),
            Some(_) => Err(CommandFailure::Usage(format!("`{command}` does not run a query: omit --param"))),
        }
    }

    /// Refuses two values for one parameter.
    fn refuse_second_value(&self) -> Result<(), CommandFailure> {
        let names = || self.global.parameters.iter().map(|(name, _)| name);
        match names().enumerate().find(|(place, name)| names().take(*place).any(|before| before == *name)) {
            None => Ok(()),
            Some((_, name)) => Err(CommandFailure::Usage(format!(
                "`${name}` is given twice; to give several values, write --param {name}=a,b"
            ))),
        }
    }

    /// The options of queries that follow from the arguments.
    fn query_options(&self) -> QueryOptions {
        let parameters = self.global.parameters.iter().cloned().collect();
        QueryOptions::new().today(self.global.today).here(day_here()).parameters(parameters)
    }
}

/// The day by the user's own clock, of which the time zone is `TZ` or the system's.
fn day_here() -> Option<Day> {
    let date = jiff::ZonedDateTime::now().date();
    Day::new(date.year().into(), u8::try_from(date.month()).ok()?, u8::try_from(date.day()).ok()?)
}

fn perform(command: Option<Command>, context: &mut CommandContext) -> Result<(), CommandFailure> {
    use commands::{assert, define, explain, export, fmt, help, import, init, inspect, maintain, query, run};
    context.refuse_second_value()?;
    if let Some(command) = &command {
        let takes = command.takes();
        if !takes.format {
            context.refuse_format(takes.name)?;
        }
        if !takes.parameters {
            context.refuse_parameters(takes.name)?;
        }
    }
    match command {
        None if std::io::stdin().is_terminal() && context.output.surface.terminal => repl::run(context),
        None => run::run(&run::Arguments::standard_input(), context),
        Some(Command::Query(arguments)) => query::run(&arguments, context),
        Some(Command::Explain(arguments)) => explain::run(&arguments, context),
        Some(Command::Run(arguments)) => run::run(&arguments, context),
        Some(Command::Import(arguments)) => import::run(&arguments, context),
        Some(Command::Export(arguments)) => export::run(&arguments, context),
        Some(Command::Assert(arguments)) => assert::run(&arguments, context),
        Some(Command::Retract(arguments)) => assert::retract(&arguments, context),
        Some(Command::Undo(arguments)) => assert::undo(&arguments, context),
        Some(Command::Define(arguments)) => define::run(&arguments, context),
        Some(Command::Get(arguments)) => inspect::get(&arguments, context),
        Some(Command::History(arguments)) => inspect::history(&arguments, context),
        Some(Command::Check(arguments)) => maintain::check(&arguments, context),
        Some(Command::Rebuild) => maintain::rebuild(context),
        Some(Command::Repair) => maintain::repair(context),
        Some(Command::Fmt(arguments)) => fmt::run(&arguments, context),
        Some(Command::Init(arguments)) => init::run(&arguments, context),
        Some(Command::Help(arguments)) => help::run(&arguments, &Arguments::command(), context),
        Some(Command::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), env!("CARGO_PKG_NAME"), &mut script);
            Ok(context.output.write_all(&script)?)
        }
    }
}
