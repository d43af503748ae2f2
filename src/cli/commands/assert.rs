//! `tractat assert` and `tractat retract`: facts by hand.

use std::path::Path;

use serde_json::Value;
use tractat::model::{Date, Fact, FieldKind, Fields, Number, Schema, Source};
use tractat::{Asserted, Outcome, Store};

use super::{STANDARD_INPUT, read_text};
use crate::cli::CommandContext;
use crate::cli::failure::CommandFailure;
use crate::cli::opening::{OpenedStore, tell_index};
use crate::cli::output::note;
use crate::cli::text::{counted, times_of_day_left_out};

/// What to assert: a fact as JSON, or in options.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The fact as a JSON object; `-` reads one per line from the standard input
    #[arg(value_name = "JSON", required_unless_present = "subject", conflicts_with_all = ["subject", "action", "object", "date", "set", "tag", "title", "note", "source", "url", "quote", "id"])]
    json: Option<String>,
    /// The id of the fact [default: a hash of its content]
    #[arg(long)]
    id: Option<String>,
    /// Who acted
    #[arg(long, requires = "action")]
    subject: Option<String>,
    /// What was done
    #[arg(long, requires = "subject")]
    action: Option<String>,
    /// What it was done to
    #[arg(long)]
    object: Option<String>,
    /// When, in EDTF
    #[arg(long)]
    date: Option<Date>,
    /// Any other field
    #[arg(long, value_name = "FIELD=VALUE", value_parser = parse_field)]
    set: Vec<(String, String)>,
    /// Keep fields that the vocabulary does not declare; queries cannot use them
    #[arg(long)]
    keep_undeclared: bool,
    /// A keyword
    #[arg(long)]
    tag: Vec<String>,
    /// A headline
    #[arg(long)]
    title: Option<String>,
    /// An explanation
    #[arg(long)]
    note: Option<String>,
    /// Who published it
    #[arg(long, value_name = "PUBLISHER")]
    source: Option<String>,
    /// The address of the source
    #[arg(long)]
    url: Option<String>,
    /// The words of the source
    #[arg(long)]
    quote: Option<String>,
}

/// What to retract, and why.
#[derive(Debug, clap::Args)]
pub struct RetractArguments {
    /// The id of the fact
    id: String,
    /// The reason, which the history keeps
    #[arg(long)]
    reason: String,
}

/// Which commit to undo.
#[derive(Debug, clap::Args)]
pub struct UndoArguments {
    /// The number of the commit, as imports and `tractat history` print it: 12, or '#12' in quotes
    #[arg(value_name = "N", value_parser = parse_commit)]
    commit: u64,
}

fn parse_commit(text: &str) -> Result<u64, String> {
    let number = text.strip_prefix('#').unwrap_or(text);
    number.parse().map_err(|_| "write it as a number, such as 12".to_owned())
}

fn parse_field(text: &str) -> Result<(String, String), String> {
    let (field, value) = text.split_once('=').ok_or("write it as FIELD=VALUE")?;
    Ok((field.trim().to_owned(), value.to_owned()))
}

/// Asserts facts, all of them or none.
pub fn run(arguments: &Arguments, context: &mut CommandContext) -> Result<(), CommandFailure> {
    let given = match arguments.json.as_deref() {
        Some(STANDARD_INPUT) => Some(parse_facts(&read_text(Path::new(STANDARD_INPUT))?, true)?),
        Some(json) => Some(parse_facts(json, false)?),
        None => None,
    };
    let opened = context.open()?;
    warn_if_bundled(&opened);
    let facts = given.unwrap_or_else(|| vec![arguments.fact(&opened.store.schema())]);
    let (asserted, outcome) = opened.store.transact(None, |transaction| {
        if !arguments.keep_undeclared {
            transaction.refuse_undeclared_fields();
        }
        facts.into_iter().map(|fact| transaction.assert(fact)).collect::<Result<Vec<_>, _>>()
    })?;
    for asserted in asserted {
        let what = match &asserted {
            Asserted::New(_) => "new",
            Asserted::Version(_) => "a new version",
            Asserted::Retracted(_) => "skipped because it was retracted; `tractat import --revive` restores it",
            _ => "unchanged",
        };
        context.output.line(&format!("{}: {what}", asserted.id()))?;
    }
    note_transaction(&outcome, &opened.store);
    Ok(())
}

/// One fact, or one a line; all errors name the line.
fn parse_facts(text: &str, is_stream: bool) -> Result<Vec<Fact>, CommandFailure> {
    let fail = |line: usize, error: &serde_json::Error| {
        let place = if is_stream { format!("standard input:{line}:{}", error.column()) } else { "the fact".to_owned() };
        CommandFailure::Failed(format!("{place}: {error}"))
    };
    if !is_stream {
        return serde_json::from_str(text).map(|fact| vec![fact]).map_err(|error| fail(1, &error));
    }
    (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(number, line)| serde_json::from_str(line).map_err(|error| fail(number, &error)))
        .collect()
}

impl Arguments {
    fn fact(&self, schema: &Schema) -> Fact {
        let fields: Fields =
            self.set.iter().map(|(field, value)| (field.clone(), typed(schema, field, value))).collect();
        let source = Source {
            publisher: self.source.clone(),
            url: self.url.clone(),
            quote: self.quote.clone(),
            ..Source::default()
        };
        Fact {
            id: self.id.clone(),
            subject: self.subject.clone().unwrap_or_default(),
            action: self.action.clone().unwrap_or_default(),
            object: self.object.clone(),
            date: self.date.clone(),
            fields,
            tags: self.tag.clone(),
            title: self.title.clone(),
            note: self.note.clone(),
            sources: if source == Source::default() { Vec::new() } else { vec![source] },
        }
    }
}

/// A value of the type that its field declares. Other values are left for the store to refuse.
fn typed(schema: &Schema, field: &str, value: &str) -> Value {
    let number = match schema.field(field).map(|field| field.kind) {
        Some(FieldKind::Integer) => value.trim().parse::<i64>().ok().map(Value::from),
        Some(FieldKind::Number) => Number::json_of_text(value.trim()).ok(),
        _ => None,
    };
    number.unwrap_or_else(|| Value::from(value))
}

/// Retracts a fact.
pub fn retract(arguments: &RetractArguments, context: &mut CommandContext) -> Result<(), CommandFailure> {
    let opened = context.open()?;
    warn_if_bundled(&opened);
    let ((), outcome) =
        opened.store.transact(None, |transaction| transaction.retract(&arguments.id, &arguments.reason))?;
    context.output.line(&format!("{}: retracted", arguments.id))?;
    note_transaction(&outcome, &opened.store);
    Ok(())
}

/// Undoes a commit by another one.
pub fn undo(arguments: &UndoArguments, context: &mut CommandContext) -> Result<(), CommandFailure> {
    let opened = context.open()?;
    warn_if_bundled(&opened);
    let outcome = opened.store.undo(arguments.commit)?;
    let counts = [
        (outcome.undone, "fact taken back", "facts taken back"),
        (outcome.new + outcome.versions, "fact as before", "facts as before"),
        (outcome.remade, "fact made anew of the records that remain", "facts made anew of the records that remain"),
        (outcome.retracted, "fact retracted again", "facts retracted again"),
        (outcome.entities, "entity as before", "entities as before"),
        (u64::from(outcome.vocabulary), "vocabulary as before", ""),
    ];
    let said: Vec<String> = counts
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, singular, plural)| counted(*count, singular, plural))
        .collect();
    if !said.is_empty() {
        context.output.line(&format!("#{}: {}", arguments.commit, said.join(", ")))?;
    }
    note_transaction(&outcome, &opened.store);
    Ok(())
}

/// Warns that this is the store of the bundled world.
pub fn warn_if_bundled(opened: &OpenedStore) {
    if opened.bundled {
        note("note: this is written to the bundled world; `tractat init` creates a store of your own");
    }
}

/// Names the transaction, for `known #N`.
pub fn note_transaction(outcome: &Outcome, store: &Store) {
    tell_index(store);
    if outcome.times_of_day > 0 {
        note(&format!("note: {}", times_of_day_left_out(outcome.times_of_day)));
    }
    match outcome.transaction {
        Some(transaction) => note(&format!("transaction #{transaction}")),
        None => note("nothing changed"),
    }
}
