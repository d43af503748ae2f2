//! The answer as the store hands it out: rows that survive a damaged index,
//! and the line that says how the query was read.

use std::fmt;
use std::io;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::handle::Store;
use super::ready_query::{Ready, execute};
use super::remarks::Beside;
use crate::error::Error;
use crate::exchange::OutputRow;
use crate::exec::{self, Cancel, ColumnInfo, ExecError, QueryLimit, Shape};
use crate::index::View;
use crate::model::{Cell, Day, Fact};
use crate::plan::{QueryProblem, Reading, RowsOf};
use crate::say::{self, Assumption, ConditionTerms, Remark, RowCount};
use crate::syntax::Diagnostic;

/// The answer to a query: an iterator over its rows, which are made as they
/// are asked for.
///
/// All of it is of one state of the store, whatever is written meanwhile. If
/// the index turns out to be damaged on the way, it is rebuilt and the
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

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("text", &self.text).field("inner", &self.inner).finish_non_exhaustive()
    }
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
    /// to tell facts apart. Ask for them before the first row; for a table,
    /// which has its own columns, and later it changes nothing.
    #[must_use]
    pub fn with_ids(self) -> Self {
        if self.given > 0 {
            return self;
        }
        Self { inner: self.inner.with_ids(), ids: true, ..self }
    }

    /// With two more columns after each that may have computed dates, for
    /// formats in which a cell cannot tell: `….basis`, which is `stated` or
    /// `computed`, and `….cite`, where the rule is written. They are there
    /// whatever the rows are. Ask for them before the first row, and after
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

    /// How many rows there are in all; `None` until they are made, for answers
    /// that cannot tell earlier.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.inner.total()
    }

    /// How many more rows are possible but not certain; `maybe` asks for them.
    #[must_use]
    pub fn possible(&self) -> u64 {
        self.inner.notes().possible
    }

    /// The text that its readings refer to: that of the query, followed by that
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

    /// Warnings about parts of the query that may not mean what was intended.
    #[must_use]
    pub fn hints(&self) -> &[Diagnostic<QueryProblem>] {
        &self.ready.query.hints
    }

    /// If there are no rows: an existing value that may be meant instead of one
    /// that nothing has.
    #[must_use]
    pub fn meant(&self) -> Option<&str> {
        self.inner.emptied()?.meant()
    }

    /// What is worth knowing beside the rows: how many more are possible, why
    /// there are none, what another date would find. Some of it is known only
    /// once the last row was asked for.
    #[must_use]
    pub fn remarks(&self) -> Vec<Remark> {
        Beside { ready: &self.ready, text: &self.text, answer: &self.inner }.remarks()
    }

    /// One line of English: how many rows there are, by which date, and all remarks.
    #[must_use]
    pub fn summary(&self) -> String {
        let notes = self.inner.notes();
        let count = RowCount {
            of: self.inner.shape(),
            total: self.total().or(self.ended.then_some(self.given)),
            before: self.inner.before(),
            series: notes.days.zip(notes.entities),
            dates: if self.are_facts() { &notes.basis } else { &[] },
        };
        say::summary(&count, &self.remarks())
    }

    /// What the query takes for granted, by its own words or by default.
    #[must_use]
    pub fn assumptions(&self) -> Vec<Assumption> {
        let Ready { query, tree, today, snapshot, .. } = &self.ready;
        let mut assumptions = vec![Assumption::Today(*today)];
        if self.inner.notes().basis.iter().any(|field| &**field == "date") {
            assumptions.push(Assumption::DateField);
        }
        match &query.rows {
            RowsOf::Entities(..) if !query.series.is_empty() => {
                assumptions.push(Assumption::AsOfEach { days: query.series.len() });
            }
            RowsOf::Entities(rows, _) | RowsOf::Periods(rows, _) => {
                assumptions.push(Assumption::AsOf { day: rows.day, is_named: tree.as_of.is_some() });
            }
            RowsOf::Facts(_) if tree.as_of.is_some() => {}
            RowsOf::Facts(_) => assumptions.push(Assumption::AnyDate),
        }
        assumptions.push(Assumption::Known { last: snapshot.transaction(), is_named: tree.known.is_some() });
        // What cannot be read is told by the answer itself.
        let covered = exec::covered_by(query, snapshot.clone(), &self.cancel).unwrap_or_default();
        assumptions.extend(covered.into_iter().map(|acts| Assumption::Coverage {
            acts: acts.acts,
            objects: acts.objects,
            more_objects: acts.more_objects,
            from: acts.by.as_ref().and_then(|by| by.from.clone()),
            until: acts.by.as_ref().and_then(|by| by.until.clone()),
            is_covered: acts.by.is_some(),
            publisher: acts.by.and_then(|by| by.publisher),
        }));
        assumptions
    }

    /// How it was found, in English: each step, how many facts or rows it left,
    /// and how long it took.
    #[must_use]
    pub fn explanation(&self) -> String {
        let snapshot = &self.ready.snapshot;
        let terms = ConditionTerms { schema: snapshot.schema(), entities: snapshot.entities() };
        say::plan(self.inner.plan(), &self.text, terms)
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

/// Puts a new index in the place of one that failed, and the same state of the store with it.
fn mend(store: &Store, ready: &mut Ready) -> Result<(), Error> {
    let transaction = ready.snapshot.transaction();
    store.replace_index(&ready.index)?;
    ready.index = store.index();
    ready.snapshot = ready.index.snapshot_at(transaction);
    Ok(())
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
        if let Some(most) = self.cancel.most_rows().filter(|most| row.is_ok() && self.given >= *most) {
            self.ended = true;
            return Some(Err(Error::OverLimit(QueryLimit::Rows(most))));
        }
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
    /// If the journal, from which a damaged index is rebuilt, cannot be read.
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
    /// ```
    /// # use tractat::{Fact, Store, Vocabulary};
    /// # let words = "[world]\nname = \"boards\"\n[actions.resigned]\nlabel = \"resignation\"\n";
    /// # let store = Store::in_memory(&Vocabulary::from_toml(words)?)?;
    /// # let fact = Fact { subject: "ada".into(), action: "resigned".into(), ..Fact::default() };
    /// # store.transact(None, |transaction| transaction.assert(fact))?;
    /// #[derive(serde::Deserialize)]
    /// struct Resignation {
    ///     subject: String,
    ///     date: Option<String>,
    /// }
    ///
    /// let row = store.query("resigned")?.next().expect("there is one")?;
    /// let resignation: Resignation = row.read()?;
    /// assert_eq!((&*resignation.subject, resignation.date), ("ada", None));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Row::fact`]; if the type has another shape.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Error> {
        Ok(serde_json::from_value(Value::Object(self.object()?))?)
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.row.fmt(f)
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
    use crate::exec::{Nearest, SoleCondition};
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

    /// The remarks of an answer whose rows were all asked for.
    fn remarks(store: &Store, text: &str) -> Vec<Remark> {
        let mut answer = store.query(text).unwrap();
        answer.by_ref().for_each(drop);
        answer.remarks()
    }

    #[test]
    fn an_answer_without_rows_says_why() {
        let store = store();
        let reason = |text: &str| match remarks(&store, text).remove(0) {
            Remark::Empty(reason) | Remark::StageEmpty { reason, .. } => reason,
            other => panic!("{text}: {other:?}"),
        };
        let sole = |text: &str| {
            let reason = reason(text);
            (reason.condition.unwrap(), reason.sole.unwrap(), reason.suggestion)
        };
        let asked = |condition: &str, sole| (condition.to_owned(), sole, None);
        assert_eq!(sole("foo"), asked("foo", SoleCondition::Text));
        let (_, value, suggestion) = sole("modality:opnion");
        assert_eq!((value, suggestion.as_deref()), (SoleCondition::Value, Some("opinion")));
        assert_eq!(sole("modality:zzzzzzzz"), asked("modality:zzzzzzzz", SoleCondition::Value));
        assert_eq!(sole("before 1990"), asked("before 1990", SoleCondition::Other));
        assert!(matches!(reason("before 1990").nearest, Some(Nearest::Value(Cell::Date(_)))));
        assert_eq!(sole("| where modality:fact"), asked("where modality:fact", SoleCondition::Other));
        assert_eq!(reason("| count by modality | where count > 9").nearest, Some(Nearest::Value(Cell::Integer(1))));
        assert_eq!(sole("left | sources").1, SoleCondition::Sources);
        assert_eq!(remarks(&store, "left"), []);
        assert_eq!(remarks(&store, "| skip 1000"), []);
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
                Ok::<_, Error>(())
            })
            .unwrap();
        let says = |text: &str| {
            let is_it = |remark: &Remark| matches!(remark, Remark::Incomplete { publisher, .. } if publisher.as_deref() == Some("Gazette"));
            store.query(text).unwrap().remarks().iter().any(is_it)
        };
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
    fn ids_are_added_if_they_are_asked_for_before_the_first_row() {
        let store = store();
        let mut answer = store.query("left").unwrap().with_ids();
        assert_eq!(&*answer.columns().last().unwrap().name, "id");
        assert_eq!(answer.next().unwrap().unwrap().cell("id").unwrap().to_string(), "one");
        assert!(store.query("| count").unwrap().with_ids().columns().iter().all(|column| &*column.name != "id"));
    }
}
