//! The arguments of the command line. Owns their names and what help says of
//! them; each command's own are beside it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueHint};
use tractat::Parameter;
use tractat::model::Day;

use super::commands::{assert, define, export, fmt, import, init, inspect, maintain, query, run};
use super::show::Format;
use super::values::{parse_day, parse_parameter};

/// What help says below the options.
const AFTER: &str = "\
Without a command, queries are asked at a prompt, or read from the standard input if that is no terminal.
The store is the one of --store, else of TRACTAT_STORE, else the only *.tractat folder in the working \
directory, else the bundled world, which is made in your data directory on first use.

Exit codes: 0 answered, 1 a failed assertion or a query with an error, 2 wrong usage, \
3 the store could not be opened or is damaged.";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(name = "tractat", version, about, after_help = AFTER, max_term_width = 100)]
pub struct Arguments {
    /// What every command takes.
    #[command(flatten)]
    pub shared: Shared,
    /// The command; the prompt if there is none.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "For every command")]
pub struct Shared {
    /// The folder of the store [or `TRACTAT_STORE`]
    #[arg(long, global = true, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub store: Option<PathBuf>,
    /// How rows are written: table, vertical, json, jsonl, csv or markdown
    #[arg(long, global = true, value_enum, value_name = "FORMAT", hide_possible_values = true)]
    pub format: Option<Format>,
    /// The day that `today` means, such as 2025-06-27; else the clock's, in UTC
    #[arg(long, global = true, value_name = "DAY", value_parser = parse_day)]
    pub today: Option<Day>,
    /// A value for `$NAME`; several between commas
    #[arg(long = "param", global = true, value_name = "NAME=VALUE", value_parser = parse_parameter)]
    pub parameters: Vec<(String, Parameter)>,
    /// Who writes, as the history will say [default: your user name]
    #[arg(long, global = true, value_name = "NAME")]
    pub author: Option<String>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Answer one query
    Query(query::Arguments),
    /// Run the statements of a query file
    Run(run::Arguments),
    /// Import facts and entities from JSON Lines or CSV
    Import(import::Arguments),
    /// Write out every fact, or the whole world
    Export(export::Arguments),
    /// Assert facts
    Assert(Box<assert::Arguments>),
    /// Retract a fact
    Retract(assert::RetractArguments),
    /// Define entities or the vocabulary
    Define(define::Arguments),
    /// Show one fact
    Get(inspect::Arguments),
    /// Show what became of one fact
    History(inspect::Arguments),
    /// Check the journal and the index
    Check(maintain::Arguments),
    /// Build the index again from the journal
    Rebuild,
    /// Write query files in their canonical form
    Fmt(fmt::Arguments),
    /// Make a store
    Init(init::Arguments),
    /// Write the completions of a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(arguments: &[&str]) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(std::iter::once("tractat").chain(arguments.iter().copied()))
    }

    #[test]
    fn the_arguments_do_not_contradict_each_other() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_query_may_begin_with_a_minus_and_be_several_words() {
        for arguments in [
            &["query", "-in:eu withdrawn"][..],
            &["query", "--format", "json", "-in:eu withdrawn"],
            &["query", "-in:eu", "withdrawn"],
            &["query", "-in:eu withdrawn", "--format", "json"],
        ] {
            let parsed = parse(arguments).unwrap();
            let Some(Command::Query(query)) = parsed.command else { panic!() };
            assert_eq!(query.text(), "-in:eu withdrawn", "{arguments:?}");
            assert_eq!(parsed.shared.format.is_some(), arguments.contains(&"--format"));
        }
        assert!(parse(&["query"]).is_err());
    }

    #[test]
    fn what_every_command_takes_may_stand_before_or_after_it() {
        for arguments in [
            &["--store", "x", "check", "--today", "2025-01-01"][..],
            &["check", "--store", "x", "--today", "2025-01-01"],
        ] {
            let parsed = parse(arguments).unwrap();
            assert_eq!(parsed.shared.store, Some(PathBuf::from("x")));
            assert_eq!(parsed.shared.today.unwrap().to_string(), "2025-01-01");
        }
    }

    #[test]
    fn wrong_usage_is_refused() {
        for arguments in [
            &["retract", "x"][..],
            &["query", "x", "--today", "2025"],
            &["query", "x", "--param", "y"],
            &["query", "x", "--format", "xml"],
            &["import"],
            &["assert"],
            &["assert", "{}", "--subject", "a"],
            &["assert", "--subject", "a"],
            &["export", "--world", "a", "--output", "b"],
        ] {
            assert!(parse(arguments).is_err(), "{arguments:?}");
        }
    }
}
