//! Whole queries, naively: rows in plain lists, put in order and counted by
//! loops. What it cannot judge it says so.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::convert::Infallible;

use regex::Regex;

use super::periods::Periods;
use super::values;
use super::whole::{Judged, Row, Scan};
use crate::model::{Cell, Date, Day, Fraction, Likeness, Number, Truth, canonical, fold};
use crate::plan::{
    CellTest, Column, Comparison, Counterparts, DatePart, Diff, Domain, EntityDomain, EntityValue, FactDomain,
    FactTable, Filter, FirstOrLast, Match, OrderKey, Pipeline, Query, RowStage, RowValue, RowsOf, TableStage,
    Tabulation,
};
use crate::syntax::Spanned;

/// What a query gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub rows: Outcome,
    pub possible: u64,
    pub unknown: u64,
}

/// The rows of an answer as texts.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Ids of facts or of entities; in this order if that is settled.
    Ids(Vec<String>, bool),
    /// Rows of a table, cell by cell; in this order if that is settled.
    Table(Vec<String>, bool),
    /// Rows of a table, but for those that begin in some ways, of which it is
    /// known whether there are any; in any order.
    Settled(Vec<String>, Vec<(String, Option<bool>)>),
    /// It is not for this judge.
    Unjudged,
}

/// The rows of a table, and whether their order is settled.
struct Rows {
    rows: Vec<Vec<Cell>>,
    ordered: bool,
}

impl Scan<'_> {
    /// The answer to a query.
    pub fn answer(&mut self, query: &Query) -> Found {
        if let Some(account) = &query.account {
            let own = Query { account: None, ..query.clone() };
            return self.on_account(account, |told, _| told.answer(&own));
        }
        self.labels = query.series.iter().map(|moment| (moment.day, moment.label.clone())).collect();
        if let Some(diff) = difference_of(query) {
            let moments = if let Diff::AsOf(before, after) = diff { vec![before, after] } else { Vec::new() };
            let on_both = moments.into_iter().flat_map(|moment| self.on(query, moment.day, &moment.filter));
            let truths: Vec<Truth> = on_both.map(|(_, truth)| truth).collect();
            let count = |truth| truths.iter().filter(|one| **one == truth).count() as u64;
            let (possible, unknown) = (count(Truth::Possible), count(Truth::Unknown));
            return Found { rows: self.difference(query, diff), possible, unknown };
        }
        let candidates = self.candidates(query);
        let count = |truth| candidates.iter().filter(|(_, one)| *one == truth).count() as u64;
        let (possible, unknown) = (count(Truth::Possible), count(Truth::Unknown));
        let rows = candidates.iter().filter(|(_, truth)| truth.is_definite()).map(|(row, _)| *row).collect();
        let ordered = query.series.is_empty();
        let rows = match &query.rows {
            RowsOf::Facts(pipeline) => self.piped(rows, pipeline, ordered, &candidates),
            RowsOf::Entities(_, pipeline) => self.piped(rows, pipeline, ordered, &candidates),
            RowsOf::Periods(of, stages) => {
                let Some(test) = of.status.as_ref().filter(|_| stages.is_empty()) else {
                    return Found { rows: Outcome::Unjudged, possible, unknown };
                };
                let Periods { rows, others, possible, unknown } = self.periods(test, of, query);
                let rows = rows.iter().map(|row| texts(row)).collect();
                return Found { rows: Outcome::Settled(rows, others), possible, unknown };
            }
        };
        Found { rows, possible, unknown }
    }

    /// What differs between two days: of facts in their order; of entities what
    /// comes before what goes, by names.
    fn difference(&self, query: &Query, diff: &Diff) -> Outcome {
        let Diff::AsOf(before, after) = diff else { return Outcome::Unjudged };
        let (of, stages) = match &query.rows {
            RowsOf::Facts(pipeline) => (None, over_table_of(pipeline)),
            RowsOf::Entities(of, pipeline) => (Some(of), over_table_of(pipeline)),
            RowsOf::Periods(..) => return Outcome::Unjudged,
        };
        let mut changed = self.between_days(query, before, after);
        changed.sort_by(|(a_comes, a), (b_comes, b)| {
            let groups = if of.is_none() { Ordering::Equal } else { b_comes.cmp(a_comes) };
            let name =
                |row: &Row| if let Row::Entity(number, _) = row { Row::Entity(*number, Day::PAST) } else { *row };
            groups.then_with(|| self.default_order(name(a), name(b)))
        });
        let mut rows = Vec::new();
        for (comes, row) in changed {
            let mut cells = vec![Cell::text(if comes { "in" } else { "out" })];
            match (row, of) {
                (Row::Fact(place), _) => cells.extend(self.five(self.facts[place])),
                (Row::Entity(number, day), Some(of)) => {
                    let status = of.status.as_ref().filter(|test| !matches!(test.others, Counterparts::Count { .. }));
                    let own = self.judge.party_of(number);
                    let edge = status.map_or_else(
                        || Some(Default::default()),
                        |test| if comes { self.since(test, &own, day) } else { self.until(test, &own, day) },
                    );
                    let Some((day, act)) = edge else { return Outcome::Unjudged };
                    cells.extend([Cell::text(&self.id(row)), day, act]);
                }
                _ => return Outcome::Unjudged,
            }
            rows.push(cells);
        }
        over_table(Rows { rows, ordered: true }, stages)
    }

    /// What the stages over facts or entities make of some.
    fn piped<D: JudgedStages>(
        &self,
        mut rows: Vec<Row>,
        pipeline: &Pipeline<D>,
        ordered: bool,
        candidates: &[(Row, Truth)],
    ) -> Outcome {
        let mut sorted: Vec<OrderKey<D>> = Vec::new();
        for stage in &pipeline.narrowing {
            match &stage.value {
                RowStage::Sort(keys) => {
                    if !keys.iter().all(|key| self.is_settled(&key.value, &rows)) {
                        return Outcome::Unjudged;
                    }
                    sorted.clone_from(keys);
                }
                RowStage::Take(count) => {
                    rows = self.in_order(rows, &sorted);
                    rows.truncate(usize::try_from(*count).unwrap_or(usize::MAX));
                }
                RowStage::Skip(count) => {
                    rows = self.in_order(rows, &sorted);
                    rows.drain(..usize::try_from(*count).unwrap_or(usize::MAX).min(rows.len()));
                }
                RowStage::Where(filter) => rows.retain(|row| self.truth(filter, *row).is_definite()),
                // A column more changes no row.
                RowStage::Let(_) => {}
                RowStage::Own(stage) => rows = D::narrow(self, &rows, stage, &sorted),
            }
        }
        let Some(table) = &pipeline.table else {
            let id = |row| self.id(row) + &self.label(row);
            return Outcome::Ids(self.in_order(rows, &sorted).into_iter().map(id).collect(), ordered);
        };
        let tabulated = match pipeline.counts_unknown {
            Some(_) => self.counted_with_unknown(rows, pipeline, &table.first.value, candidates),
            None => self.tabulated(rows, &sorted, &table.first.value),
        };
        match tabulated {
            Some(rows) => over_table(rows, &table.then),
            None => Outcome::Unjudged,
        }
    }

    /// A count of definite rows, and of the unknown ones beside it.
    fn counted_with_unknown<D: JudgedStages>(
        &self,
        rows: Vec<Row>,
        pipeline: &Pipeline<D>,
        stage: &Tabulation<D>,
        candidates: &[(Row, Truth)],
    ) -> Option<Rows> {
        let truth = |(row, truth): &(Row, Truth)| {
            let conditions = pipeline.narrowing.iter().filter_map(|stage| match &stage.value {
                RowStage::Where(condition) => Some(self.truth(condition, *row)),
                _ => None,
            });
            conditions.fold(*truth, Truth::min)
        };
        let at_least = |least: Truth| -> Vec<Row> {
            candidates.iter().filter(|one| truth(one) >= least).map(|(row, _)| *row).collect()
        };
        let key = |row: &[Cell]| texts(&row[..row.len() - 1]);
        let counted = |rows: Vec<Row>| {
            let rows = self.tabulated(rows, &[], stage)?.rows;
            let number = |row: &Vec<Cell>| row[row.len() - 1].to_string().parse::<i64>().expect("it counts");
            Some(rows.into_iter().map(|row| (key(&row), (number(&row), row))).collect::<BTreeMap<_, _>>())
        };
        let (definite, open) = (counted(rows)?, counted(at_least(Truth::Unknown))?);
        let possible = counted(at_least(Truth::Possible))?;
        let mut found = Vec::new();
        for (key, (number, row)) in &open {
            let unknown = number - possible.get(key).map_or(0, |(number, _)| *number);
            let own = definite.get(key).map(|(_, row)| row.clone());
            let none = || [&row[..row.len() - 1], &[Cell::Integer(0)]].concat();
            if own.is_some() || unknown > 0 {
                found.push([&own.unwrap_or_else(none)[..], &[Cell::Integer(unknown)]].concat());
            }
        }
        Some(Rows { ordered: found.len() == 1, rows: found })
    }

    /// What a row is called.
    pub fn id(&self, row: Row) -> String {
        match row {
            Row::Fact(place) => self.facts[place].id.clone().expect("facts have ids"),
            Row::Entity(number, _) => self.entities.get(number).id.clone(),
        }
    }

    /// On which day of a series a row is.
    fn label(&self, row: Row) -> String {
        let label = match row {
            Row::Entity(_, day) => self.labels.get(&day),
            Row::Fact(_) => None,
        };
        label.map_or_else(String::new, |day| format!(" on {day}"))
    }

    /// The table that a stage makes of rows.
    fn tabulated<D: JudgedStages>(
        &self,
        rows: Vec<Row>,
        sorted: &[OrderKey<D>],
        stage: &Tabulation<D>,
    ) -> Option<Rows> {
        match stage {
            Tabulation::Show(columns) if !columns.iter().all(|column| self.is_settled(&column.value, &rows)) => None,
            Tabulation::Show(columns) => {
                let rows = self.in_order(rows, sorted);
                let cells = |row: &Row| columns.iter().map(|column| self.shown(column, *row)).collect();
                Some(Rows { rows: rows.iter().map(cells).collect(), ordered: true })
            }
            Tabulation::Distinct(columns) => {
                let counted = self.grouped(&rows, columns);
                Some(Rows { rows: counted.into_values().map(|(key, _)| key).collect(), ordered: false })
            }
            // Days on which there is nobody have a count, too.
            Tabulation::Count { of: None, by } if D::is_by_day(by) => {
                let on = |day| rows.iter().filter(|row| matches!(row, Row::Entity(_, other) if *other == day)).count();
                let row = |(day, label): (&Day, &Date)| vec![Cell::Date(label.clone()), values::count(on(*day))];
                Some(Rows { rows: self.labels.iter().map(row).collect(), ordered: true })
            }
            Tabulation::Count { of, by } => {
                let mut counted = self.grouped(&rows, by);
                if by.is_empty() {
                    counted.entry(Vec::new()).or_insert_with(|| (Vec::new(), rows.clone()));
                }
                let number = |rows: &[Row]| match of {
                    None => rows.len(),
                    Some(value) => {
                        let mut distinct: Vec<String> = rows
                            .iter()
                            .flat_map(|row| self.cells(value, *row))
                            .map(|cell| canonical(&cell.to_string()).into_owned())
                            .collect();
                        distinct.sort();
                        distinct.dedup();
                        distinct.len()
                    }
                };
                let row = |(mut key, rows): (Vec<Cell>, Vec<Row>)| {
                    key.push(Cell::Integer(i64::try_from(number(&rows)).expect("few")));
                    key
                };
                Some(Rows { rows: counted.into_values().map(row).collect(), ordered: by.is_empty() })
            }
            Tabulation::Share { of, by } => {
                let mut counted = self.grouped(&rows, by);
                if by.is_empty() {
                    counted.entry(Vec::new()).or_insert_with(|| (Vec::new(), rows.clone()));
                }
                let row = |(mut key, rows): (Vec<Cell>, Vec<Row>)| {
                    let passing = rows.iter().filter(|row| self.truth(of, **row).is_definite()).count();
                    key.push(Cell::Integer(i64::try_from(passing).expect("few")));
                    key.push(Cell::Integer(i64::try_from(rows.len()).expect("few")));
                    key.push(percent(passing, rows.len()));
                    key
                };
                Some(Rows { rows: counted.into_values().map(row).collect(), ordered: by.is_empty() })
            }
            Tabulation::Aggregate { functions, of, by } => {
                let rows = self.summaries(&rows, functions, of, by);
                Some(Rows { rows, ordered: by.is_empty() })
            }
            Tabulation::Pivot { rows: down, columns } => {
                Some(Rows { rows: self.pivot(&rows, down, columns), ordered: false })
            }
            Tabulation::Own(stage) => D::tabulate(self, self.in_order(rows, sorted), stage),
        }
    }

    /// Whether since when and by which act rows have a status is settled.
    fn is_settled<D: Judged>(&self, value: &RowValue<D>, rows: &[Row]) -> bool {
        if let RowValue::Own(value) = value { D::is_settled(self, value, rows) } else { true }
    }

    /// A cell of a table that is shown.
    fn shown<D: Judged>(&self, column: &Column<D>, row: Row) -> Cell {
        let mut cells: Vec<Cell> = Vec::new();
        for cell in self.cells(&column.value, row) {
            if !cells.contains(&cell) {
                cells.push(cell);
            }
        }
        match cells.len() {
            0 | 1 => cells.pop().unwrap_or_default(),
            _ => Cell::List(cells),
        }
    }

    /// In the order asked for, then the default one.
    fn in_order<D: Judged>(&self, mut rows: Vec<Row>, keys: &[OrderKey<D>]) -> Vec<Row> {
        rows.sort_by(|a, b| self.by_keys(keys, *a, *b).then_with(|| self.default_order(*a, *b)));
        rows
    }

    fn first<D: Judged>(&self, value: &RowValue<D>, row: Row) -> Cell {
        let column = Column { name: "key".into(), value: value.clone() };
        self.shown(&column, row)
    }

    fn default_order(&self, a: Row, b: Row) -> Ordering {
        match (a, b) {
            (Row::Fact(a), Row::Fact(b)) => {
                let key = |place: usize| {
                    let fact = self.facts[place];
                    let days = fact.date.as_ref().map(|date| (date.earliest(), date.latest()));
                    (days.is_none(), days, fact.id.clone())
                };
                key(a).cmp(&key(b))
            }
            (Row::Entity(a, a_day), Row::Entity(b, b_day)) => {
                let key = |number| fold(&self.entities.get(number).name).into_owned();
                a_day.cmp(&b_day).then(key(a).cmp(&key(b))).then(a.cmp(&b))
            }
            _ => Ordering::Equal,
        }
    }

    /// The combinations of some keys, each with its rows; spellings that fold
    /// to the same text are one, shown as the first of them in the order of letters.
    pub fn grouped<D: Judged>(&self, rows: &[Row], by: &[Column<D>]) -> BTreeMap<Vec<String>, (Vec<Cell>, Vec<Row>)> {
        let mut groups: BTreeMap<Vec<String>, Vec<Row>> = BTreeMap::new();
        let mut spellings: BTreeMap<(usize, String), Cell> = BTreeMap::new();
        for row in rows {
            let mut combinations: Vec<(Vec<String>, Vec<Cell>)> = vec![(Vec::new(), Vec::new())];
            for column in by {
                let mut cells = self.cells(&column.value, *row);
                if cells.is_empty() {
                    cells.push(Cell::Missing);
                }
                let longer = |(key, shown): &(Vec<String>, Vec<Cell>)| {
                    let one = |cell: &Cell| {
                        let word = if cell.is_missing() {
                            "\u{0}".to_owned()
                        } else {
                            canonical(&cell.to_string()).into_owned()
                        };
                        ([&key[..], &[word]].concat(), [&shown[..], std::slice::from_ref(cell)].concat())
                    };
                    cells.iter().map(one).collect::<Vec<_>>()
                };
                combinations = combinations.iter().flat_map(longer).collect();
            }
            for (key, shown) in combinations {
                for (place, (word, cell)) in key.iter().zip(&shown).enumerate() {
                    let known = spellings.entry((place, word.clone())).or_insert_with(|| cell.clone());
                    if matches!((&*known, cell), (Cell::Text(known), Cell::Text(other)) if other < known) {
                        *known = cell.clone();
                    }
                }
                let rows = groups.entry(key).or_default();
                if !rows.contains(row) {
                    rows.push(*row);
                }
            }
        }
        // A spelling is chosen over all rows and not over those of one group.
        let shown = |key: &[String]| {
            let spelled = |(place, word): (usize, &String)| spellings[&(place, word.clone())].clone();
            key.iter().enumerate().map(spelled).collect::<Vec<Cell>>()
        };
        groups.into_iter().map(|(key, rows)| (key.clone(), (shown(&key), rows))).collect()
    }

    /// Per group the rows that come first in an order, or last; those that lack a
    /// key, or a date where there is no key, are neither.
    fn extreme(&self, rows: &[Row], stage: &FirstOrLast, keys: &[OrderKey<FactDomain>]) -> Vec<Row> {
        let columns: Vec<Column<FactDomain>> =
            stage.by.iter().map(|value| Column { name: "key".into(), value: value.clone() }).collect();
        let date = |row: &Row| match row {
            Row::Fact(place) => self.facts[*place].date.as_ref().map(|date| (date.earliest(), date.latest())),
            Row::Entity(..) => None,
        };
        let has_place = |row: &Row| match keys {
            [] => date(row).is_some(),
            keys => keys.iter().all(|key| !self.first(&key.value, *row).is_missing()),
        };
        let order = |a: &Row, b: &Row| match keys {
            [] if stage.last => date(a).cmp(&date(b)),
            [] => date(a).map(|(early, late)| (late, early)).cmp(&date(b).map(|(early, late)| (late, early))),
            keys => self.by_keys(keys, *a, *b),
        };
        let mut kept: Vec<Row> = Vec::new();
        for (_, members) in self.grouped(rows, &columns).into_values() {
            let members: Vec<Row> = members.into_iter().filter(has_place).collect();
            for row in &members {
                let beaten = members.iter().any(|other| {
                    let order = order(other, row);
                    if stage.last { order.is_gt() } else { order.is_lt() }
                });
                if !beaten {
                    kept.push(*row);
                }
            }
        }
        rows.iter().copied().filter(|row| kept.contains(row)).collect()
    }

    /// The order that some keys alone give.
    fn by_keys<D: Judged>(&self, keys: &[OrderKey<D>], a: Row, b: Row) -> Ordering {
        let orders = keys.iter().map(|key| {
            let (one, other) = (self.first(&key.value, a), self.first(&key.value, b));
            let missing = one.is_missing().cmp(&other.is_missing());
            let order = by_value(&key.value, &one, &other);
            missing.then(if key.descending { order.reverse() } else { order })
        });
        orders.fold(Ordering::Equal, Ordering::then)
    }
}

fn percent(passing: usize, of: usize) -> Cell {
    Fraction::new(passing as u64 * 100, of as u64).map_or(Cell::Missing, Cell::Fraction)
}

/// The part of a date that a value is by itself.
pub fn part<D: Judged>(value: &RowValue<D>) -> Option<DatePart> {
    if let RowValue::Own(value) = value { D::part(value) } else { None }
}

fn by_value<D: Judged>(value: &RowValue<D>, a: &Cell, b: &Cell) -> Ordering {
    match part(value) {
        Some(part) => values::buckets(part, a, b),
        None => values::values(a, b),
    }
}

/// The difference that a query asks for, if it does.
pub fn difference_of(query: &Query) -> Option<&Diff> {
    match &query.rows {
        RowsOf::Facts(pipeline) => match &pipeline.table.as_ref()?.first.value {
            Tabulation::Own(FactTable::Diff(diff)) => Some(diff),
            _ => None,
        },
        RowsOf::Entities(_, pipeline) => match &pipeline.table.as_ref()?.first.value {
            Tabulation::Own(diff) => Some(diff),
            _ => None,
        },
        RowsOf::Periods(..) => None,
    }
}

/// Whether a query asks for the whole history of facts and nothing else.
pub fn is_history(query: &Query) -> bool {
    let RowsOf::Facts(Pipeline { narrowing, table: Some(table), .. }) = &query.rows else { return false };
    let history = matches!(table.first.value, Tabulation::Own(FactTable::History));
    history && narrowing.is_empty() && table.then.is_empty()
}

fn over_table_of<D: Domain>(pipeline: &Pipeline<D>) -> &[Spanned<TableStage>] {
    pipeline.table.as_ref().map_or(&[], |table| &table.then)
}

/// The stages that only facts have, or only entities.
trait JudgedStages: Judged {
    fn narrow(scan: &Scan<'_>, rows: &[Row], stage: &Self::Narrowing, sorted: &[OrderKey<Self>]) -> Vec<Row>;

    fn tabulate(scan: &Scan<'_>, rows: Vec<Row>, stage: &Self::Tabulation) -> Option<Rows>;

    /// Whether rows are counted by the day that they are of.
    fn is_by_day(_: &[Column<Self>]) -> bool {
        false
    }
}

impl JudgedStages for FactDomain {
    fn narrow(scan: &Scan<'_>, rows: &[Row], stage: &FirstOrLast, sorted: &[OrderKey<Self>]) -> Vec<Row> {
        scan.extreme(rows, stage, sorted)
    }

    fn tabulate(scan: &Scan<'_>, rows: Vec<Row>, stage: &FactTable) -> Option<Rows> {
        let FactTable::Sources = stage else { return None };
        let facts = rows.into_iter().filter_map(|row| match row {
            Row::Fact(place) => Some(scan.facts[place]),
            Row::Entity(..) => None,
        });
        Some(Rows { rows: facts.flat_map(|fact| scan.sources(fact)).collect(), ordered: true })
    }
}

impl JudgedStages for EntityDomain {
    fn narrow(_: &Scan<'_>, _: &[Row], stage: &Infallible, _: &[OrderKey<Self>]) -> Vec<Row> {
        match *stage {}
    }

    fn tabulate(_: &Scan<'_>, _: Vec<Row>, _: &Diff) -> Option<Rows> {
        None
    }

    fn is_by_day(by: &[Column<Self>]) -> bool {
        matches!(by, [Column { value: RowValue::Own(EntityValue::AsOf), .. }])
    }
}

pub fn texts(row: &[Cell]) -> String {
    row.iter().map(Cell::to_string).collect::<Vec<_>>().join("|")
}

fn over_table(table: Rows, stages: &[Spanned<TableStage>]) -> Outcome {
    let Rows { mut rows, mut ordered } = table;
    for stage in stages {
        match &stage.value {
            TableStage::Narrow(RowStage::Take(count)) if ordered => {
                rows.truncate(usize::try_from(*count).unwrap_or(usize::MAX));
            }
            TableStage::Tabulate(Tabulation::Count { of: None, by }) if by.is_empty() => {
                rows = vec![vec![Cell::Integer(i64::try_from(rows.len()).expect("few"))]];
                ordered = true;
            }
            TableStage::Narrow(RowStage::Where(filter)) => {
                let mut failed = false;
                let all = rows.clone();
                rows.retain(|row| {
                    let holds = row_holds(filter, row, &all);
                    failed |= holds.is_none();
                    holds.unwrap_or(false)
                });
                if failed {
                    return Outcome::Unjudged;
                }
            }
            _ => return Outcome::Unjudged,
        }
    }
    Outcome::Table(rows.iter().map(|row| texts(row)).collect(), ordered)
}

fn row_holds(filter: &Filter<CellTest>, row: &[Cell], rows: &[Vec<Cell>]) -> Option<bool> {
    Some(match filter {
        Filter::And(all) => all
            .iter()
            .map(|one| row_holds(&one.filter, row, rows))
            .collect::<Option<Vec<_>>>()?
            .into_iter()
            .all(|holds| holds),
        Filter::Or(any) => any
            .iter()
            .map(|one| row_holds(&one.filter, row, rows))
            .collect::<Option<Vec<_>>>()?
            .into_iter()
            .any(|holds| holds),
        Filter::Not(inner) => !row_holds(inner, row, rows)?,
        Filter::Test(CellTest::Missing { column }) => row[*column].is_missing(),
        Filter::Test(CellTest::Matches { column, test }) => {
            let texts = |row: &[Cell]| -> Vec<String> {
                let cells =
                    if let Cell::List(cells) = &row[*column] { cells.clone() } else { vec![row[*column].clone()] };
                let said = cells.iter().filter(|cell| !cell.is_missing());
                said.flat_map(|cell| [cell.to_string(), cell.label()]).collect()
            };
            match test {
                Match::Any(asked) => asked.iter().any(|asked| {
                    let likeness = |text: &String| Likeness::of(asked, text);
                    let nearest = rows.iter().flat_map(|row| texts(row)).filter_map(|text| likeness(&text)).min();
                    nearest.is_some() && texts(row).iter().filter_map(likeness).min() == nearest
                }),
                Match::Prefix(prefix) => texts(row).iter().any(|text| fold(text).starts_with(prefix)),
                Match::Regex(pattern) => {
                    let regex = Regex::new(pattern).expect("patterns are checked");
                    texts(row).iter().any(|text| regex.is_match(&fold(text)))
                }
            }
        }
        Filter::Test(CellTest::Compare { column, operator, cell: Cell::Number(wanted) }) => match &row[*column] {
            Cell::Integer(number) => compares(&(*number).into(), *operator, wanted),
            Cell::Number(number) => compares(number, *operator, wanted),
            Cell::Fraction(share) => compares(&(*share).into(), *operator, wanted),
            _ => false,
        },
        Filter::Test(CellTest::Compare { column, operator, cell: Cell::Integer(wanted) }) => {
            let wanted = Number::from(*wanted);
            match &row[*column] {
                Cell::Integer(number) => compares(&(*number).into(), *operator, &wanted),
                Cell::Number(number) => compares(number, *operator, &wanted),
                Cell::Fraction(share) => compares(&(*share).into(), *operator, &wanted),
                _ => false,
            }
        }
        _ => return None,
    })
}

/// Whether one number compares so with another.
pub fn compares(number: &Number, operator: Comparison, wanted: &Number) -> bool {
    let order = number.cmp(wanted);
    match operator {
        Comparison::Equal => order.is_eq(),
        Comparison::NotEqual => order.is_ne(),
        Comparison::Less => order.is_lt(),
        Comparison::AtMost => order.is_le(),
        Comparison::Greater => order.is_gt(),
        Comparison::AtLeast => order.is_ge(),
    }
}
