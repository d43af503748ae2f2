//! The command line: arguments, environment, terminal. It uses only the public
//! API of the library, and knows nothing of how the store works.
//!
//! A new command is a file in `commands/` and a variant of
//! [`Command`](arguments::Command); a new command of the prompt is a line in
//! the table of `repl/dot.rs`.

mod arguments;
mod bundled;
mod commands;
mod failure;
mod locate;
mod opening;
mod output;
mod problem;
mod repl;
mod script;
mod show;
mod values;
mod words;

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use tractat::QueryOptions;

use arguments::{Arguments, Command, Shared};
use failure::Failure;
use opening::Opened;
use output::{Output, note};

/// Does what the arguments say; the exit code tells how it went.
pub fn main() -> ExitCode {
    quiet_the_index();
    let arguments = arguments::with_words_last(std::env::args_os()).unwrap_or_else(|error| error.exit());
    let arguments = Arguments::parse_from(arguments);
    let mut context = Context { shared: arguments.shared, output: Output::stdout(), is_damaged: false };
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

/// The code to exit with when a journal is damaged, whatever could be answered.
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

/// What commands work with.
pub struct Context {
    shared: Shared,
    output: Output,
    /// Whether a store was opened whose journal is damaged.
    is_damaged: bool,
}

impl Context {
    /// Opens the store that is meant.
    fn open(&mut self) -> Result<Opened, Failure> {
        let opened = opening::open(self.shared.store.as_deref(), self.shared.author.as_deref())?;
        self.is_damaged |= opened.is_damaged();
        Ok(opened)
    }

    /// Refuses what would otherwise be passed over in silence.
    fn refuse_format(&self, command: &str) -> Result<(), Failure> {
        match self.shared.format {
            None => Ok(()),
            Some(_) => Err(Failure::Usage(format!("`{command}` writes no rows: leave out --format"))),
        }
    }

    /// The same of values for a query.
    fn refuse_parameters(&self, command: &str) -> Result<(), Failure> {
        match self.shared.parameters.first() {
            None => Ok(()),
            Some(_) => Err(Failure::Usage(format!("`{command}` asks no query: leave out --param"))),
        }
    }

    /// Refuses two values for one parameter.
    fn refuse_second_value(&self) -> Result<(), Failure> {
        let names = || self.shared.parameters.iter().map(|(name, _)| name);
        match names().enumerate().find(|(place, name)| names().take(*place).any(|before| before == *name)) {
            None => Ok(()),
            Some((_, name)) => {
                Err(Failure::Usage(format!("`${name}` is given twice; for several values: --param {name}=a,b")))
            }
        }
    }

    /// What queries are told beside their text.
    fn query_options(&self) -> QueryOptions {
        let parameters = self.shared.parameters.iter().cloned().collect();
        QueryOptions::new().today(self.shared.today).parameters(parameters)
    }
}

fn perform(command: Option<Command>, context: &mut Context) -> Result<(), Failure> {
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
        Some(Command::Define(arguments)) => define::run(&arguments, context),
        Some(Command::Get(arguments)) => inspect::get(&arguments, context),
        Some(Command::History(arguments)) => inspect::history(&arguments, context),
        Some(Command::Check(arguments)) => maintain::check(&arguments, context),
        Some(Command::Rebuild) => maintain::rebuild(context),
        Some(Command::Fmt(arguments)) => fmt::run(&arguments, context),
        Some(Command::Init(arguments)) => init::run(&arguments, context),
        Some(Command::Help(arguments)) => help::run(&arguments, context),
        Some(Command::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), env!("CARGO_PKG_NAME"), &mut script);
            Ok(context.output.write_all(&script)?)
        }
    }
}
