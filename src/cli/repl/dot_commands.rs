//! The commands of the prompt, in one table: help, completion and errors all
//! come from it. It knows what they are called, not what they do.

use tractat::model::nearest;

use crate::cli::manual::topics;
use crate::cli::show::Format;

/// What a command does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DotAction {
    /// Explains the prompt.
    Help,
    /// Shows the world in short.
    Schema,
    /// Lists the actions.
    Actions,
    /// Lists the fields.
    Fields,
    /// Lists the queries that have names.
    Definitions,
    /// Sets how rows are written.
    Mode,
    /// Sets whether answers say how long they took.
    Timing,
    /// Says how a query is read and run.
    Explain,
    /// Shows the next rows.
    More,
    /// Lists what was asked before.
    History,
    /// Runs a file.
    Run,
    /// Sets the day that `today` means.
    Today,
    /// Leaves.
    Quit,
}

/// A command of the prompt.
#[derive(Debug)]
pub struct DotCommand {
    /// Its name, with the dot.
    pub name: &'static str,
    /// What it takes, as help shows it.
    pub takes: &'static str,
    /// What it does, in a line.
    pub help: &'static str,
    /// What it does.
    pub action: DotAction,
}

/// Every command of the prompt.
pub const DOT_COMMANDS: &[DotCommand] = &[
    DotCommand {
        name: ".help",
        takes: "[TOPIC]",
        help: "this page, a topic of the manual, or a list of topics",
        action: DotAction::Help,
    },
    DotCommand {
        name: ".schema",
        takes: "",
        help: "the nouns, groups and statuses of the world",
        action: DotAction::Schema,
    },
    DotCommand { name: ".actions", takes: "", help: "the actions and the words for them", action: DotAction::Actions },
    DotCommand { name: ".fields", takes: "", help: "the fields and what they hold", action: DotAction::Fields },
    DotCommand {
        name: ".let",
        takes: "",
        help: "the queries that you named with `let`",
        action: DotAction::Definitions,
    },
    DotCommand { name: ".mode", takes: "[FORMAT|auto]", help: "how rows are written", action: DotAction::Mode },
    DotCommand {
        name: ".timing",
        takes: "[on|off]",
        help: "whether answers tell how long they took",
        action: DotAction::Timing,
    },
    DotCommand { name: ".explain", takes: "QUERY", help: "how a query is read and run", action: DotAction::Explain },
    DotCommand { name: ".more", takes: "", help: "the next rows of a long answer", action: DotAction::More },
    DotCommand { name: ".history", takes: "[N]", help: "your previous queries", action: DotAction::History },
    DotCommand { name: ".run", takes: "FILE", help: "run a query file", action: DotAction::Run },
    DotCommand {
        name: ".today",
        takes: "[DAY|clock]",
        help: "the day that `today` stands for",
        action: DotAction::Today,
    },
    DotCommand { name: ".quit", takes: "", help: "leave, like Ctrl-D", action: DotAction::Quit },
];

/// Reads a line as a dot command with its argument; `None` if it is a query.
pub fn parse(line: &str) -> Option<Result<(&'static DotCommand, &str), String>> {
    let line = line.trim();
    // What people type when they want out or are lost, and hardly search for.
    let line = match line {
        ".definitions" => ".let",
        "quit" | "exit" | "quit()" | "exit()" | ".exit" => ".quit",
        "help" | "?" => ".help",
        other => other,
    };
    // `..2022` is a range of dates.
    if !line.starts_with('.') || line.starts_with("..") {
        return None;
    }
    let (name, given) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let Some(dot) = DOT_COMMANDS.iter().find(|dot| dot.name.eq_ignore_ascii_case(name)) else {
        let known = DOT_COMMANDS.iter().map(|dot| dot.name);
        let begins = || DOT_COMMANDS.iter().map(|dot| dot.name).find(|known| name.len() > 1 && known.starts_with(name));
        let nearest = nearest(name, known).or_else(begins);
        let mend =
            nearest.map_or_else(|| "`.help` lists them".to_owned(), |nearest| format!("did you mean `{nearest}`?"));
        return Some(Err(format!("there is no command `{name}`; {mend}")));
    };
    let given = given.trim();
    let is_missing = given.is_empty() && !dot.takes.is_empty() && !dot.takes.starts_with('[');
    let is_surplus = !given.is_empty() && dot.takes.is_empty();
    if is_missing || is_surplus {
        return Some(Err(format!("write it as `{}`", format!("{} {}", dot.name, dot.takes).trim_end())));
    }
    Some(Ok((dot, given)))
}

/// What a command may be given, where that is a choice.
pub fn choices(action: DotAction) -> Vec<String> {
    match action {
        DotAction::Mode => Format::all().map(Format::name).chain(["auto"]).map(str::to_owned).collect(),
        DotAction::Timing => vec!["on".to_owned(), "off".to_owned()],
        DotAction::Today => vec!["clock".to_owned()],
        DotAction::Help => std::iter::once("topics".to_owned()).chain(topics()).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_known_by_its_dot() {
        let parsed = |line| parse(line).map(|parsed| parsed.map(|(dot, given)| (dot.action, given.to_owned())));
        assert_eq!(parsed(" .MODE  csv "), Some(Ok((DotAction::Mode, "csv".to_owned()))));
        assert_eq!(parsed("exit()"), Some(Ok((DotAction::Quit, String::new()))));
        assert_eq!(parsed("exit"), Some(Ok((DotAction::Quit, String::new()))));
        assert_eq!(parsed("..2022"), None);
        assert_eq!(parsed("help wanted"), None);
    }

    #[test]
    fn a_wrong_command_says_what_to_write() {
        let message = |line| parse(line).unwrap().unwrap_err();
        insta::assert_snapshot!([".shcema", ".exp x", ".zzzzzz", ".run", ".quit now"].map(message).join("\n"), @"
        there is no command `.shcema`; did you mean `.schema`?
        there is no command `.exp`; did you mean `.explain`?
        there is no command `.zzzzzz`; `.help` lists them
        write it as `.run FILE`
        write it as `.quit`
        ");
    }

    #[test]
    fn the_choices_are_those_that_the_command_takes() {
        assert_eq!(choices(DotAction::Timing), ["on", "off"]);
        for format in Format::all() {
            assert!(choices(DotAction::Mode).contains(&format.name().to_owned()));
        }
    }
}
