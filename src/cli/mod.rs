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
mod repl;
mod script;
mod show;
mod values;

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use tractat::QueryOptions;

use arguments::{Arguments, Command, Shared};
use failure::Failure;
use opening::Opened;
use output::Output;

/// Does what the arguments say; the exit code tells how it went.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut context = Context { shared: arguments.shared, output: Output::stdout() };
    let done = perform(arguments.command, &mut context).and_then(|()| Ok(context.output.flush()?));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // What was written before it failed is still worth reading.
            let _ = context.output.flush();
            failure.tell();
            failure.code()
        }
    }
}

/// What commands work with.
pub struct Context {
    shared: Shared,
    output: Output,
}

impl Context {
    /// Opens the store that is meant.
    fn open(&self) -> Result<Opened, Failure> {
        opening::open(self.shared.store.as_deref(), self.shared.author.as_deref())
    }

    /// What queries are told beside their text.
    fn query_options(&self) -> QueryOptions {
        QueryOptions {
            today: self.shared.today,
            parameters: self.shared.parameters.iter().cloned().collect(),
            ..QueryOptions::default()
        }
    }
}

fn perform(command: Option<Command>, context: &mut Context) -> Result<(), Failure> {
    use commands::{assert, define, export, fmt, import, init, inspect, maintain, query, run};
    match command {
        None if std::io::stdin().is_terminal() && context.output.surface.terminal => repl::run(context),
        None => run::run(&run::Arguments::standard_input(), context),
        Some(Command::Query(arguments)) => query::run(&arguments, context),
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
        Some(Command::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), env!("CARGO_PKG_NAME"), &mut script);
            Ok(context.output.write_all(&script)?)
        }
    }
}
