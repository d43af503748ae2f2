//! The arguments of the command line. Owns their names and what help says of
//! them; each command's own are beside it.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueHint};
use tractat::Parameter;
use tractat::model::{Day, nearest};

use super::argument_values::{parse_day, parse_parameter};
use super::commands::{assert, define, export, fmt, help, import, init, inspect, maintain, query, run};
use super::show::Format;

/// The text below the options in `--help`.
const AFTER: &str = "\
Without a command, tractat opens a prompt, or runs statements from the standard input if that is not a terminal.
The store is the one named by --store, or else by TRACTAT_STORE, or else the only *.tractat folder in the \
working directory, or else the bundled world, which is created in your data directory on first use.

Exit codes: 0 answered, 1 a query is wrong or an assertion failed, 2 wrong usage or a missing file, \
3 the store could not be opened or is damaged.";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(name = "tractat", version, about, after_help = AFTER, max_term_width = 100, disable_help_subcommand = true)]
pub struct Arguments {
    /// Options of every command.
    #[command(flatten)]
    pub global: GlobalArguments,
    /// The command; the prompt if there is none.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub struct GlobalArguments {
    /// The folder of the store [or the variable `TRACTAT_STORE`]
    #[arg(long, global = true, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub store: Option<PathBuf>,
    #[arg(long, global = true, help = Format::help(), value_name = "FORMAT", value_parser = Format::parser(), hide_possible_values = true)]
    pub format: Option<Format>,
    /// The day that `today` stands for, such as 2025-06-27 [default: the current day in UTC]
    #[arg(long, global = true, value_name = "DAY", value_parser = parse_day)]
    pub today: Option<Day>,
    /// A value for the parameter `$NAME`, or several separated by commas
    #[arg(long = "param", global = true, value_name = "NAME=VALUE", value_parser = parse_parameter)]
    pub parameters: Vec<(String, Parameter)>,
    /// The author recorded in the history [default: your user name]
    #[arg(long, global = true, value_name = "NAME")]
    pub author: Option<String>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Answer one query
    Query(query::Arguments),
    /// Show how a query is read and how its answer is found
    Explain(query::Arguments),
    /// Run query files
    Run(run::Arguments),
    /// Import facts and entities from JSON Lines, CSV or TSV
    Import(import::Arguments),
    /// Export all facts, or the whole world
    Export(export::Arguments),
    /// Assert facts
    Assert(Box<assert::Arguments>),
    /// Retract a fact
    Retract(assert::RetractArguments),
    /// Undo a commit
    Undo(assert::UndoArguments),
    /// Define entities or the vocabulary
    Define(define::Arguments),
    /// Show one fact
    Get(inspect::Arguments),
    /// Show the history of one fact
    History(inspect::Arguments),
    /// Check the journal and the index
    Check(maintain::Arguments),
    /// Rebuild the index from the journal
    Rebuild,
    /// Cut a damaged journal after the last whole transaction before the damage
    Repair,
    /// Format query files
    Fmt(fmt::Arguments),
    /// Create a store
    Init(init::Arguments),
    /// Explain a topic of the manual, a word of the language or a command
    Help(help::Arguments),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// The arguments with the words of a query moved to the end, where a word may
/// begin with a minus: clap alone would take the options after them for words.
///
/// # Errors
///
/// If one of them looks like an option but is not one.
pub fn with_words_last(arguments: impl IntoIterator<Item = OsString>) -> Result<Vec<OsString>, clap::Error> {
    let mut program = Arguments::command();
    let takes_value = |program: &clap::Command, option: &str| {
        let name = option.trim_start_matches('-');
        program.get_arguments().any(|known| known.get_long() == Some(name) && known.get_action().takes_values())
    };
    let (mut options, mut words) = (Vec::new(), Vec::new());
    let mut arguments = arguments.into_iter();
    options.extend(arguments.next());
    let mut is_query = false;
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--") if is_query => {
                words.extend(arguments);
                break;
            }
            Some("-h" | "-V") => options.push(argument),
            Some(option) if is_query && is_like_option(option) && !is_option(&program, option) => {
                return Err(no_option(&mut program, option));
            }
            Some(option) if option.starts_with("--") => {
                let has_value = takes_value(&program, option);
                options.push(argument);
                options.extend(has_value.then(|| arguments.next()).flatten());
            }
            _ if is_query => words.push(argument),
            command => {
                is_query = matches!(command, Some("query" | "explain"));
                if let Some(word) = command.filter(|word| is_query_without_command(&program, word)) {
                    let words = std::iter::once(word.to_owned());
                    let words: Vec<String> =
                        words.chain(arguments.map(|word| word.to_string_lossy().into_owned())).collect();
                    return Err(no_command(&mut program, word, &words.join(" ")));
                }
                options.push(argument);
                if !is_query {
                    options.extend(arguments);
                    break;
                }
            }
        }
    }
    if !words.is_empty() {
        options.push("--".into());
    }
    options.extend(words);
    Ok(options)
}

/// Whether an argument is written like an option: `--name`, or a minus and one
/// letter, which no word of a query is.
fn is_like_option(argument: &str) -> bool {
    let name = argument
        .strip_prefix("--")
        .unwrap_or_else(|| argument.strip_prefix('-').filter(|letter| letter.chars().count() == 1).unwrap_or_default());
    name.starts_with(char::is_alphabetic) && !name.contains(char::is_whitespace)
}

fn is_option(program: &clap::Command, argument: &str) -> bool {
    let name = argument.trim_start_matches('-').split('=').next().unwrap_or_default();
    let known = program.get_arguments().filter_map(clap::Arg::get_long).chain(["help", "version"]);
    argument.starts_with("--") && known.into_iter().any(|known| known == name)
}

/// Whether a word in the place of a command is neither one nor nearly one, so that
/// it probably begins a query.
fn is_query_without_command(program: &clap::Command, word: &str) -> bool {
    let commands = || program.get_subcommands().map(clap::Command::get_name);
    let is_near = || nearest(word, commands()).is_some();
    !word.starts_with('-') && word != "help" && !commands().any(|command| command == word) && !is_near()
}

fn no_command(program: &mut clap::Command, word: &str, query: &str) -> clap::Error {
    let message = format!("there is no command `{}`; to ask a query: tractat query '{query}'", word.trim());
    program.error(clap::error::ErrorKind::InvalidSubcommand, message)
}

fn no_option(program: &mut clap::Command, argument: &str) -> clap::Error {
    let name = argument.trim_start_matches('-').split('=').next().unwrap_or_default();
    let known: Vec<&str> = program.get_arguments().filter_map(clap::Arg::get_long).collect();
    // The first letters are what is typed of an option in a hurry.
    let begun = known.iter().find(|known| known.starts_with(name)).copied();
    let mend = match nearest(name, known.iter().copied()).or(begun) {
        Some(near) => format!("did you mean `--{near}`?"),
        None => format!(
            "the options are --{}; words of a query that begin with `--` follow a separate `--`",
            known.join(", --")
        ),
    };
    program.error(clap::error::ErrorKind::UnknownArgument, format!("unknown option `{argument}`; {mend}"))
}

/// Which of the global options a command accepts.
pub struct AcceptedArguments {
    /// What the command is called.
    pub name: &'static str,
    /// Whether it accepts `--format`.
    pub format: bool,
    /// Whether it accepts `--param`.
    pub parameters: bool,
}

impl Command {
    /// The global options that it accepts; others are refused rather than ignored.
    pub fn takes(&self) -> AcceptedArguments {
        let (name, format, parameters) = match self {
            Self::Query(_) => ("query", true, true),
            Self::Explain(_) => ("explain", false, true),
            Self::Run(_) => ("run", true, true),
            Self::Import(_) => ("import", true, false),
            Self::Export(_) => ("export", true, false),
            Self::Assert(_) => ("assert", false, false),
            Self::Retract(_) => ("retract", false, false),
            Self::Undo(_) => ("undo", false, false),
            Self::Define(_) => ("define", false, false),
            Self::Get(_) => ("get", true, false),
            Self::History(_) => ("history", true, false),
            Self::Check(_) => ("check", true, false),
            Self::Rebuild => ("rebuild", false, false),
            Self::Repair => ("repair", false, false),
            Self::Fmt(_) => ("fmt", false, false),
            Self::Init(arguments) => ("init", arguments.lists(), false),
            Self::Help(_) => ("help", false, false),
            Self::Completions { .. } => ("completions", false, false),
        };
        AcceptedArguments { name, format, parameters }
    }
}

#[cfg(test)]
mod tests {
    use tractat::exchange::FORMATS;

    use super::*;

    fn parse(arguments: &[&str]) -> Result<Arguments, clap::Error> {
        let arguments = std::iter::once("tractat").chain(arguments.iter().copied()).map(OsString::from);
        Arguments::try_parse_from(with_words_last(arguments)?)
    }

    #[test]
    fn the_arguments_do_not_contradict_each_other() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_format_is_a_value_of_the_option_and_in_help_and_completions() {
        let mut program = Arguments::command();
        let help = program.render_long_help().to_string();
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut completions = Vec::new();
        clap_complete::generate(clap_complete::Shell::Fish, &mut program, "tractat", &mut completions);
        let completions = String::from_utf8(completions).unwrap();
        assert!(help.contains(&Format::names()), "{help}");
        for format in FORMATS {
            assert_eq!(parse(&["--format", format.name]).unwrap().global.format, Some(Format::Written(format)));
            assert!(Format::names().contains(format.name));
            assert!(completions.contains(format.about), "{}", format.name);
        }
    }

    #[test]
    fn a_query_may_begin_with_a_minus_and_be_several_words() {
        for arguments in [
            &["query", "-in:eu withdrawn"][..],
            &["query", "--format", "json", "-in:eu withdrawn"],
            &["query", "-in:eu", "withdrawn"],
            &["query", "-in:eu withdrawn", "--format", "json"],
            &["query", "-in:eu", "withdrawn", "--format", "json"],
            &["query", "-in:eu", "--format", "json", "withdrawn"],
            &["--format=json", "query", "--", "-in:eu", "withdrawn"],
        ] {
            let parsed = parse(arguments).unwrap();
            let Some(Command::Query(query)) = parsed.command else { panic!() };
            assert_eq!(query.text().unwrap(), "-in:eu withdrawn", "{arguments:?}");
            assert_eq!(
                parsed.global.format.is_some(),
                arguments.iter().any(|argument| argument.starts_with("--format"))
            );
        }
        for minus in ["-estonia", "-hungary", "-Venezuela"] {
            let Some(Command::Query(query)) = parse(&["query", "withdrawn", minus]).unwrap().command else { panic!() };
            assert_eq!(query.text().unwrap(), format!("withdrawn {minus}"));
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
            assert_eq!(parsed.global.store, Some(PathBuf::from("x")));
            assert_eq!(parsed.global.today.unwrap().to_string(), "2025-01-01");
        }
    }

    #[test]
    fn what_is_written_like_an_option_and_is_none_is_no_word_of_a_query() {
        for argument in ["--formt", "--f=json", "-f", "--json", "--limt"] {
            let refused = parse(&["query", argument, "json", "withdrawn"]).map(drop).unwrap_err();
            assert_eq!(refused.kind(), clap::error::ErrorKind::UnknownArgument, "{argument}");
        }
        assert!(parse(&["query", "--", "--formt"]).is_ok() && parse(&["query", "withdrawn", "-x9"]).is_ok());
    }

    #[test]
    fn wrong_usage_is_refused() {
        for arguments in [
            &["retract", "x"][..],
            &["undo"],
            &["undo", "#x"],
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
