//! `tractat query`: one query, one answer.

use tractat::syntax::parse_query;
use tractat::syntax::tree::{Condition, Query};

use crate::cli::CommandContext;
use crate::cli::failure::CommandFailure;
use crate::cli::opening::tell_index;
use crate::cli::show::{Stopwatch, print_answer};

/// What to answer.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The query
    #[arg(value_name = "TEXT", allow_hyphen_values = true)]
    text: String,
    /// More words of the query, if it is not in quotes
    #[arg(value_name = "WORD")]
    more: Vec<String>,
}

impl Arguments {
    /// The query as one text. Of several arguments none may be several words: the
    /// shell has removed the quotes around these, and nobody knows what they were.
    pub fn text(&self) -> Result<String, CommandFailure> {
        let words: Vec<&str> = std::iter::once(&self.text).chain(&self.more).map(String::as_str).collect();
        let is_stage = |place: usize| words.get(place).is_some_and(|before| before.trim_end().ends_with('|'));
        let follows_relation = |place: usize| {
            let before = place.checked_sub(1).and_then(|before| words.get(before));
            before.is_some_and(|before| RELATIONS.iter().any(|relation| relation.eq_ignore_ascii_case(before.trim())))
        };
        let lost = |(place, word): (usize, &&str)| {
            let several = word.trim().contains(char::is_whitespace) && !word.contains(['"', '|', '{', '(']);
            // A pattern and a date of several words have no quotes.
            let needs_none = is_pattern(word) || follows_relation(place) && is_date(word);
            several && !needs_none && !place.checked_sub(1).is_some_and(is_stage)
        };
        let place = words.iter().enumerate().position(lost).filter(|_| words.len() > 1);
        let Some((place, word)) = place.and_then(|place| Some((place, *words.get(place)?))) else {
            return Ok(words.join(" "));
        };
        let with = |word: &str| {
            let words = words.iter().enumerate().map(|(at, other)| if at == place { word } else { other });
            in_single_quotes(&words.collect::<Vec<_>>().join(" "))
        };
        let (quoted, is_value) = quoted(word.trim());
        let plain = if is_value { String::new() } else { format!("\n  or, without them: {}", with(word)) };
        Err(CommandFailure::Usage(format!(
            "the shell has removed the quotes around `{word}`; give the query as one argument, in single quotes:\n  {}{plain}",
            with(&quoted)
        )))
    }
}

/// Some words with the quotes that they probably had, and whether they are the
/// value of a field.
fn quoted(words: &str) -> (String, bool) {
    let first = words.split(char::is_whitespace).next().unwrap_or_default();
    let (head, is_value) = match first.rfind([':', '=', '<', '>']) {
        Some(sign) => (sign + 1, true),
        None => (usize::from(words.starts_with('-')), false),
    };
    let (head, values) = words.split_at(head);
    // Of several values the shell has taken the quotes of those with blanks.
    let in_quotes = |value: &str| {
        if is_value && !value.contains(char::is_whitespace) { value.to_owned() } else { format!("\"{value}\"") }
    };
    let values: Vec<String> =
        if is_value { values.split(',').map(in_quotes).collect() } else { vec![in_quotes(values)] };
    (format!("{head}{}", values.join(",")), is_value)
}

/// Words before a date.
const RELATIONS: [&str; 8] = ["after", "before", "since", "until", "by", "in", "on", "of"];

/// Whether an argument is a test by a pattern, `title:/a b/`.
fn is_pattern(word: &str) -> bool {
    let value = word.trim().split_once([':', '=']).map(|(_, value)| value);
    value.is_some_and(|value| value.len() > 2 && value.starts_with('/') && value.ends_with('/'))
}

/// Whether an argument is a date, such as `27 June 2025`.
fn is_date(word: &str) -> bool {
    let tree = parse_query(&format!("in {}", word.trim())).tree;
    let is_one_date = |query: &Query| {
        let filter = query.filter.as_ref().map(|filter| &filter.value);
        let has_clause = query.as_of.is_some() || query.known.is_some() || query.account.is_some();
        matches!(filter, Some(Condition::Date(_))) && !has_clause && query.stages.is_empty()
    };
    tree.as_ref().is_some_and(is_one_date)
}

/// A text as one argument for a shell.
fn in_single_quotes(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Answers a query.
pub fn run(arguments: &Arguments, context: &mut CommandContext) -> Result<(), CommandFailure> {
    let text = arguments.text()?;
    let opened = context.open()?;
    let watch = Stopwatch::start();
    let answer = opened
        .store
        .query_with(&text, &context.query_options())
        .map_err(|error| CommandFailure::of_query(error, &text))?;
    print_answer(answer, &text, context.global.format, watch, &mut context.output)?;
    tell_index(&opened.store);
    Ok(())
}
