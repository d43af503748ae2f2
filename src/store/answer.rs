//! The answer as the store hands it out: rows that survive a damaged index,
//! and the line that says how the query was read.

use std::fmt::Write as _;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::handle::Store;
use super::query::{Ready, execute};
use crate::error::Error;
use crate::exchange::OutputRow;
use crate::exec::{self, Cancel, ColumnInfo, ExecError, Outside, Shape};
use crate::model::{Cell, Day, Fact, fold};
use crate::plan::{QueryProblem, Reading, RowsOf};
use crate::syntax::Diagnostic;

/// How many words that were read as text are told below an answer.
const MOST_WORDS: usize = 10;

/// The answer to a query: an iterator over its rows, which are made as they
/// are asked for.
///
/// All of it is of one state of the store, whatever is written meanwhile. If
/// the index turns out to be damaged on the way, it is built anew and the
/// rows go on where they were.
pub struct Answer {
    store: Store,
    text: Arc<str>,
    ready: Ready,
    cancel: Cancel,
    inner: exec::Answer,
    given: u64,
    ended: bool,
    /// Whether facts are given with their ids.
    ids: bool,
    /// Whether dates have their basis beside them.
    basis: bool,
}

impl Answer {
    pub(super) fn new(store: &Store, text: Arc<str>, mut ready: Ready, cancel: Cancel) -> Result<Self, Error> {
        let inner = match execute(store, &ready, &cancel) {
            Err(ExecError::Index(_)) => {
                mend(store, &mut ready)?;
                execute(store, &ready, &cancel)?
            }
            other => other?,
        };
        Ok(Self { store: store.clone(), text, ready, cancel, inner, given: 0, ended: false, ids: false, basis: false })
    }

    /// The columns, in the order of the cells of a row.
    #[must_use]
    pub fn columns(&self) -> &[ColumnInfo] {
        self.inner.columns()
    }

    /// With the ids of the facts as the last column, for programs, which have
    /// to tell facts apart. To be asked for before the first row; of a table,
    /// which has its own columns, and later it changes nothing.
    #[must_use]
    pub fn with_ids(self) -> Self {
        if self.given > 0 {
            return self;
        }
        Self { inner: self.inner.with_ids(), ids: true, ..self }
    }

    /// With two columns more behind each that may have computed dates, for
    /// formats in which a cell cannot tell: `….basis`, which is `stated` or
    /// `computed`, and `….cite`, where the rule is written. They are there
    /// whatever the rows are. To be asked for before the first row, and after
    /// [`Answer::with_ids`]; later it changes nothing.
    #[must_use]
    pub fn with_basis(self) -> Self {
        if self.given > 0 {
            return self;
        }
        Self { inner: self.inner.with_basis(), basis: true, ..self }
    }

    /// Whether each row is a fact, and not a row of a table.
    #[must_use]
    pub fn are_facts(&self) -> bool {
        self.inner.shape() == Shape::Facts
    }

    /// How many rows there are in all; none if that is not known before they are made.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.inner.total()
    }

    /// How many facts more are possible: `maybe` asks for them.
    #[must_use]
    pub fn possible(&self) -> u64 {
        self.inner.notes().possible
    }

    /// The text that its readings are of: that of the query, and after it that
    /// of every definition that it calls.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How each word, name and date of the query was read.
    #[must_use]
    pub fn readings(&self) -> &[Reading] {
        self.inner.readings()
    }

    /// The day that `today` means in it.
    #[must_use]
    pub fn today(&self) -> Day {
        self.ready.today
    }

    /// What the query may not have meant.
    #[must_use]
    pub fn hints(&self) -> &[Diagnostic<QueryProblem>] {
        &self.ready.query.hints
    }

    /// Where there are no rows: a value that was perhaps meant instead of one
    /// that nothing has.
    #[must_use]
    pub fn meant(&self) -> Option<&str> {
        self.inner.emptied()?.meant()
    }

    /// One line on what the answer is: how many rows, by which date, how many
    /// more are possible, and if there are none, what emptied it.
    #[must_use]
    pub fn summary(&self) -> String {
        let notes = self.inner.notes();
        let counted = |count: u64| match (notes.days, notes.entities, self.inner.shape()) {
            (Some(days), Some(of), shape @ Shape::Entities { .. }) => {
                let days = if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
                format!("{}, {} on {days}", counted_as(&Shape::Table, count), counted_as(&shape, of))
            }
            (.., shape) => counted_as(&shape, count),
        };
        let mut line = match (self.total().or(self.ended.then_some(self.given)), self.inner.before()) {
            (Some(0), Some(before)) => format!("0 of {}", counted(before)),
            (Some(total), _) => counted(total),
            (None, _) => counted(2).trim_start_matches("2 ").to_owned(),
        };
        for (place, field) in notes.basis.iter().enumerate().filter(|_| self.are_facts()) {
            let _ = write!(line, "{} `{field}`", if place == 0 { " by" } else { "," });
        }
        // In a series one may be possible on one day and not on another.
        let of_days = if notes.days.is_some() { ", counted on each day" } else { "" };
        if notes.possible > 0 {
            let _ = write!(line, " · {}{of_days} (`maybe`)", more_possible(notes.possible));
        }
        for (field, count) in &notes.missing {
            let _ = write!(line, " · {}{of_days}", have_no(field, *count));
        }
        self.tell_left(&mut line);
        for (count, where_to) in [(notes.might_precede, "before"), (notes.might_follow, "after")] {
            if count > 0 {
                let dates = if count == 1 {
                    "1 more has an imprecise date"
                } else {
                    &format!("{count} more have imprecise dates")
                };
                let _ = write!(line, " · {dates} and might come {where_to} these");
            }
        }
        for publisher in &notes.incomplete {
            let (name, until) = (&publisher.publisher, publisher.until.written());
            let _ = write!(line, " · {name} is recorded until {until} only");
        }
        let emptied = self.inner.emptied();
        let alone = emptied.is_some_and(|emptied| emptied.lone.is_some());
        let mut words: Vec<&str> = Vec::new();
        for reading in self.readings().iter().filter(|reading| reading.is_unknown_word() && !alone) {
            let word = self.text.get(reading.span.range()).unwrap_or_default();
            if !words.contains(&word) && words.len() < MOST_WORDS {
                words.push(word);
                let _ = write!(line, " · `{word}` as text");
            }
        }
        if let Some(emptied) = emptied {
            let condition = self.ready.condition.and_then(|span| self.text.get(span.range()));
            let condition = condition.map(|text| without_noun(text, &self.ready.query.rows));
            let _ = write!(line, " · {}", emptied.explain_in(&self.text, condition.unwrap_or_default()));
        }
        self.tell_nothing(&mut line);
        for days in &self.ready.query.days {
            let _ = write!(line, " · {days}");
        }
        self.tell_outside(&mut line);
        if let Some(note) = &self.ready.note {
            let _ = write!(line, " · {note}");
        }
        line
    }

    /// Says what the conditions of stages leave open, and which counts are ranges.
    fn tell_left(&self, line: &mut String) {
        for left in self.inner.left() {
            let stage = self.text.get(left.span.range()).unwrap_or("…").trim();
            let possible = (left.possible > 0).then(|| more_possible(left.possible));
            let missing = left.missing.iter().map(|(field, count)| have_no(field, *count));
            let mut said: Vec<String> = possible.into_iter().chain(missing).collect();
            if left.unknown > 0 && left.missing.is_empty() {
                said.push(format!("nothing is known of {}", left.unknown));
            }
            let _ = write!(line, " · `{stage}`: {}", said.join(", "));
        }
        for exec::Ranges { column, rows, first } in &self.inner.notes().ranges {
            let told = first.iter().map(|(who, least, most)| format!("{least}..{most} ({who})"));
            let told: Vec<String> = told.chain((*rows > first.len() as u64).then(|| "…".to_owned())).collect();
            let _ = write!(line, " · `{column}` may be more: {}", told.join(", "));
        }
    }

    /// Says which stage left nothing, and why.
    fn tell_nothing(&self, line: &mut String) {
        let Some(exec::Nothing { span, held, shape, emptied }) = self.inner.nothing() else { return };
        let stage = self.text.get(span.range()).unwrap_or("…");
        let why = emptied.explain_in(&self.text, stage);
        let of = counted_as(shape, *held);
        let _ = match (self.total() == Some(0) && self.inner.before().is_some(), why.strip_prefix("none ")) {
            (true, _) => write!(line, " · {why}"),
            (false, Some(rest)) => write!(line, " · none of {of} {rest}"),
            (false, None) => write!(line, " · of {of} {why}"),
        };
    }

    /// What holds where the query does not say otherwise: each with its name.
    #[must_use]
    pub fn defaults(&self) -> Vec<(&'static str, String)> {
        let Ready { query, tree, today, snapshot, .. } = &self.ready;
        let mut told = vec![("today", today.to_string())];
        if self.inner.notes().basis.iter().any(|field| &**field == "date") {
            told.push(("dates", "`date`, where no field is named".to_owned()));
        }
        match &query.rows {
            RowsOf::Entities(..) if !query.series.is_empty() => {
                told.push(("as of", format!("each of {} days", query.series.len())));
            }
            RowsOf::Entities(rows, _) | RowsOf::Periods(rows, _) => {
                let why = if tree.as_of.is_some() { "" } else { ", today, as the query names no day" };
                told.push(("as of", format!("{}{why}", rows.day)));
            }
            RowsOf::Facts(_) if tree.as_of.is_some() => {}
            RowsOf::Facts(_) => told.push(("as of", "no day: facts of whatever date".to_owned())),
        }
        let commits = match snapshot.transaction() {
            0 => "nothing".to_owned(),
            1 => "the first commit".to_owned(),
            last => format!("the commits #1..#{last}"),
        };
        let why = if tree.known.is_some() { "" } else { ", all there are" };
        told.push(("known", format!("{commits}{why}")));
        told
    }

    /// How it was found: each step, how many facts or rows it left, and how
    /// long it took.
    #[must_use]
    pub fn explanation(&self) -> String {
        let mut text = format!("{:>10}  {:>10}\n", "left", "time");
        for step in self.inner.plan() {
            let part = step.span.and_then(|span| self.text.get(span.range())).map(str::trim);
            let what = part.map_or_else(|| step.what.clone(), |part| format!("{} `{part}`", step.what));
            let rows = step.rows.map_or_else(|| "-".to_owned(), |rows| rows.to_string());
            let _ = match step.time {
                Some(time) => writeln!(text, "{rows:>10}  {:>10}  {what}", spell(time)),
                None => writeln!(text, "{rows:>10}  {:>10}  {what}: nothing was left to look at", "-"),
            };
        }
        text
    }

    /// Says how many facts more there are by other dates, and how to ask for them.
    fn tell_outside(&self, line: &mut String) {
        let more = if self.total() == Some(0) { "" } else { " more" };
        for outside in &self.inner.notes().outside {
            let _ = write!(line, " · {}{more} by `{}`", outside.more, outside.instead);
            if let Some(query) = self.asked_instead(outside) {
                let _ = write!(line, ": `{query}`");
            }
        }
    }

    /// The query without stages and with another field in a test of a date, if
    /// it can be written so.
    fn asked_instead(&self, outside: &Outside) -> Option<String> {
        let tree = &self.ready.tree;
        let end = tree.stages.first().map_or(tree.span.end, |stage| stage.span.start);
        let whole = self.text.get(tree.span.start..end)?.trim_end().trim_end_matches('|').trim_end();
        let span = outside.span.or(self.ready.condition)?;
        let place = span.start.checked_sub(tree.span.start)?..span.end.checked_sub(tree.span.start)?;
        let (before, test, after) = (whole.get(..place.start)?, whole.get(place.clone())?, whole.get(place.end..)?);
        let blank = test.len() - test.trim_start().len();
        let (blank, test) = test.split_at_checked(blank)?;
        let named = test.split_at_checked(outside.field.len());
        let named =
            named.filter(|(name, rest)| fold(name) == fold(&outside.field) && !rest.starts_with(char::is_alphanumeric));
        let rest = named.map_or(test, |(_, rest)| rest);
        let instead = &outside.instead;
        let written = match rest.trim_start() {
            bare if &**instead == "date" && bare.len() < rest.len() => bare.to_owned(),
            bare if named.is_none() || bare.len() < rest.len() => format!("{instead} {bare}"),
            _ => format!("{instead}{rest}"),
        };
        let query = format!("{before}{blank}{written}{after}");
        self.ready.asks_for(&query, instead).then_some(query)
    }

    fn go_on(&mut self) -> Result<(), Error> {
        mend(&self.store, &mut self.ready)?;
        let inner = execute(&self.store, &self.ready, &self.cancel)?;
        let inner = if self.ids { inner.with_ids() } else { inner };
        self.inner = if self.basis { inner.with_basis() } else { inner };
        // The same state in the same order: what was given comes first again.
        for _ in 0..self.given {
            self.inner.next().transpose()?;
        }
        Ok(())
    }
}

/// So many rows of a kind, in words.
fn counted_as(shape: &Shape, count: u64) -> String {
    let (one, several): (&str, &str) = match shape {
        Shape::Facts => ("fact", "facts"),
        Shape::Entities { noun, plural } => (noun, plural),
        Shape::Periods => ("period", "periods"),
        Shape::Changes => ("change", "changes"),
        Shape::Table => ("row", "rows"),
    };
    format!("{count} {}", if count == 1 { one } else { several })
}

fn more_possible(count: u64) -> String {
    format!("{count} more {} possible", if count == 1 { "is" } else { "are" })
}

fn have_no(field: &str, count: u64) -> String {
    format!("{count} {} no `{field}`", if count == 1 { "has" } else { "have" })
}

/// How long something took.
fn spell(time: Duration) -> String {
    let milliseconds = time.as_secs_f64() * 1000.0;
    if milliseconds < 1000.0 { format!("{milliseconds:.2} ms") } else { format!("{:.1} s", milliseconds / 1000.0) }
}

/// Puts a new index in the place of one that failed, and the same state of the store with it.
fn mend(store: &Store, ready: &mut Ready) -> Result<(), Error> {
    let transaction = ready.snapshot.transaction();
    store.replace_index(&ready.index)?;
    ready.index = store.index();
    ready.snapshot = ready.index.snapshot_at(transaction);
    Ok(())
}

/// A condition without the noun that may stand before it.
fn without_noun<'a>(condition: &'a str, rows: &RowsOf) -> &'a str {
    let RowsOf::Entities(rows, _) = rows else { return condition };
    let (noun, rest) = condition.split_at_checked(rows.plural.len()).unwrap_or_default();
    let is_word = !rest.starts_with(char::is_alphanumeric);
    if is_word && fold(noun) == fold(&rows.plural) { rest } else { condition }
}

impl Iterator for Answer {
    type Item = Result<Row, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = match self.inner.next() {
            Some(Err(ExecError::Index(_))) => match self.go_on() {
                Ok(()) => self.inner.next(),
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error));
                }
            },
            other => other,
        };
        let Some(row) = next else {
            self.ended = true;
            return None;
        };
        self.given += 1;
        self.ended = row.is_err();
        Some(row.map(|row| Row { row, store: self.store.clone() }).map_err(Error::from))
    }
}

/// A row of an answer.
#[derive(Clone)]
pub struct Row {
    row: exec::Row,
    store: Store,
}

impl Row {
    /// Its cells, in the order of the columns.
    #[must_use]
    pub fn cells(&self) -> &[Cell] {
        self.row.cells()
    }

    /// The cell of a column.
    #[must_use]
    pub fn cell(&self, name: &str) -> Option<&Cell> {
        self.row.cell(name)
    }

    /// The whole fact as written, if the row is one.
    ///
    /// # Errors
    ///
    /// If the journal, from which a damaged index is built anew, cannot be read.
    pub fn fact(&self) -> Result<Option<Arc<Fact>>, Error> {
        match (self.row.fact(), self.row.document()) {
            // Versions are numbered as the journal has them, in every index of it.
            (Err(ExecError::Index(_)), Some(document)) => self.store.reading(|view| view.fact(document)).map(Some),
            (fact, _) => Ok(fact?),
        }
    }

    /// The row as a JSON object: of a fact its fields as written, with
    /// references as ids; of a table each column by its name. Dates that rules
    /// computed are told under `computed`, each by its column with `date` and
    /// `cite`; an import leaves that out.
    ///
    /// # Errors
    ///
    /// As [`Row::fact`].
    pub fn object(&self) -> Result<Map<String, Value>, Error> {
        Ok(match self.fact()? {
            Some(fact) => self.row.object_of(&fact)?,
            None => self.row.object()?,
        })
    }

    /// The row read into a type of the caller's, from what [`Row::object`] gives.
    ///
    /// # Errors
    ///
    /// As [`Row::fact`]; if the type has another shape.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_value(Value::Object(self.object()?))
            .map_err(|error| Error::Invalid(format!("the row cannot be read so: {error}")))
    }
}

impl OutputRow for Row {
    fn cells(&self) -> &[Cell] {
        self.row.cells()
    }

    fn about(&self) -> Option<&Cell> {
        self.cell("object").filter(|cell| !cell.is_missing())
    }

    fn write_object(&self, _columns: &[String], out: &mut dyn io::Write) -> io::Result<()> {
        let object = self.object().map_err(io::Error::other)?;
        Ok(serde_json::to_writer(out, &object)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Vocabulary;

    fn store() -> Store {
        let vocabulary = "[world]\nname = 'x'\n[fields]\nmodality = { type = 'keyword' }\n\
                          [actions.left]\nlabel = 'left'\n[nouns.states]\nsingular = 'state'\nkinds = ['state']\nrole = 'subject'";
        let store = Store::in_memory(&Vocabulary::from_toml(vocabulary).unwrap()).unwrap();
        let fact = |id: &str, modality: &str, date: &str| {
            let json =
                serde_json::json!({"id": id, "subject": "a", "action": "left", "modality": modality, "date": date});
            serde_json::from_value::<Fact>(json).unwrap()
        };
        store
            .transact(None, |transaction| {
                transaction.assert(fact("one", "opinion", "2004-01-01"))?;
                transaction.assert(fact("two", "fact", "2005"))
            })
            .unwrap();
        store.transact(None, |transaction| transaction.retract("two", "wrong")).unwrap();
        store
    }

    #[test]
    fn an_answer_without_rows_says_why() {
        let store = store();
        let summary = |text: &str| {
            let mut answer = store.query(text).unwrap();
            answer.by_ref().for_each(drop);
            answer.summary()
        };
        for (query, said) in [
            ("left", "1 fact"),
            ("foo", "0 facts · no text holds `foo`"),
            ("\"foo bar\"", "0 facts · no text holds `foo bar`"),
            ("modality:opnion", "0 facts · no fact has `modality:opnion`: did you mean `opinion`?"),
            ("modality:zzzzzzzz", "0 facts · no fact has `modality:zzzzzzzz`"),
            ("before 1990", "0 facts by `date` · none is `before 1990` (nearest: 2004-01-01)"),
            ("| skip 1000", "0 of 1 fact"),
            ("| where modality:fact", "0 of 1 fact · none is `where modality:fact`"),
            ("| count by modality | where count > 9", "0 of 1 row · none is `where count > 9` (nearest: 1)"),
            ("left | sources", "0 rows · none of 1 fact has a source"),
            ("| history", "3 rows"),
        ] {
            assert_eq!(summary(query), said, "{query}");
        }
    }

    #[test]
    fn a_status_later_than_a_publisher_is_complete_says_so() {
        let vocabulary = "[world]\nname = 'x'\n[actions.joined]\nlabel = 'joined'\n[status.member]\nopen = [{ by = 'joined', at = 'date' }]\n\
                          [nouns.states]\nsingular = 'state'\nkinds = ['state']\nrole = 'subject'\n\
                          [nouns.clubs]\nsingular = 'club'\nkinds = ['club']\nrole = 'object'\n\
                          [publishers.Gazette]\ncomplete_until = '2015-03'";
        let store = Store::in_memory(&Vocabulary::from_toml(vocabulary).unwrap()).unwrap();
        store
            .transact(None, |transaction| {
                for (id, kind) in [("a", "state"), ("one", "club"), ("two", "club")] {
                    let entity = serde_json::json!({"entity": id, "kind": kind, "name": id});
                    transaction.define(serde_json::from_value(entity).unwrap())?;
                }
                for (club, publisher) in [("one", "gazette"), ("two", "Herald")] {
                    let json = serde_json::json!({"id": club, "subject": "a", "action": "joined", "object": club,
                                                  "date": "2004-01-01", "sources": [{"publisher": publisher}]});
                    transaction.assert(serde_json::from_value::<Fact>(json).unwrap())?;
                }
                Ok(())
            })
            .unwrap();
        let says = |text: &str| store.query(text).unwrap().summary().contains("Gazette is recorded until 2015-03 only");
        assert!(says("states member:one as of 2020"));
        assert!(says("periods member:one as of 2020"));
        assert!(!says("states member:one as of 2015-03"), "that is still known");
        assert!(!says("states member:two as of 2020"), "that rests on another publisher");
        assert!(!says("states as of 2020"), "that asks for no status");
    }

    #[test]
    fn a_history_shows_what_was_retracted_and_when_to_the_second() {
        let store = store();
        let rows: Vec<Row> = store.query("| history | where change:retracted").unwrap().map(Result::unwrap).collect();
        let [row] = rows.as_slice() else { panic!("{} rows", rows.len()) };
        assert_eq!(row.cell("id").unwrap().to_string(), "two");
        let committed = row.cell("committed").unwrap().to_string();
        assert_eq!(committed, store.history("two").unwrap().last().unwrap().time);
        assert!(committed.len() > "2025-01-01".len());
    }

    #[test]
    fn ids_are_given_to_whoever_asks_before_the_first_row() {
        let store = store();
        let mut answer = store.query("left").unwrap().with_ids();
        assert_eq!(&*answer.columns().last().unwrap().name, "id");
        assert_eq!(answer.next().unwrap().unwrap().cell("id").unwrap().to_string(), "one");
        assert!(store.query("| count").unwrap().with_ids().columns().iter().all(|column| &*column.name != "id"));
    }
}
