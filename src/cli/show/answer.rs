//! An answer on its way out: in which format, how much of it at once, and what
//! is said below it.

use std::collections::VecDeque;
use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use tractat::exchange::ComputedDates;
use tractat::model::Cell;
use tractat::{Answer, ColumnRole, Row};

use super::drawing::{Drawing, MOST_ROWS};
use super::table::single_line;
use super::{Format, TextTable, VerticalLayout};
use crate::cli::failure::CommandFailure;
use crate::cli::output::{DIM, StandardOutput, Surface, note};
use crate::cli::text::{grouped, spell_duration, with_grouped_count, wrap};

/// When a query was asked.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts the stopwatch.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since the start, as people read it.
    pub fn spell(self) -> String {
        spell_duration(self.0.elapsed())
    }
}

/// Writes all rows of an answer and what is said below; returns how many rows there were.
///
/// Without a format it is a table, or blocks where the terminal is too narrow for one.
pub fn print_answer(
    mut answer: Answer,
    source: &str,
    format: Option<Format>,
    watch: Stopwatch,
    output: &mut StandardOutput,
) -> Result<u64, CommandFailure> {
    let rows = match format.and_then(Format::written) {
        Some(written) => {
            answer = if written.ids { answer.with_ids() } else { answer };
            answer = if written.basis { answer.with_basis() } else { answer };
            let columns = if written.labels { headings(&answer) } else { names(&answer) };
            let mut writer = (written.writer)(output.guarded());
            writer.begin_answer(&columns.iter().map(|name| &**name).collect::<Vec<_>>())?;
            let mut rows = 0;
            for row in &mut answer {
                writer.row(&row.map_err(|error| CommandFailure::of_query(error, source))?)?;
                rows += 1;
            }
            writer.finish_answer(&remarks(&answer)?)?;
            rows
        }
        None => print_for_people(&mut answer, source, format, output)?,
    };
    let summary = format!("{} · {}", with_grouped_count(&answer.summary()), watch.spell());
    let below = output.surface.terminal && format.and_then(Format::written).is_none();
    say_below(&summary, below, &answer, output)?;
    Ok(rows)
}

/// The remarks of an answer as JSON.
fn remarks(answer: &Answer) -> Result<Vec<serde_json::Value>, CommandFailure> {
    let remarks: Result<Vec<_>, _> = answer.remarks().iter().map(serde_json::to_value).collect();
    Ok(remarks.map_err(tractat::Error::from)?)
}

fn print_for_people(
    answer: &mut Answer,
    source: &str,
    format: Option<Format>,
    output: &mut StandardOutput,
) -> Result<u64, CommandFailure> {
    let mut blocks = VerticalLayout::new(names(answer), headings(answer));
    let mut rows = 0;
    if format == Some(Format::Vertical) {
        blocks = blocks.with_whole_facts();
        let mut marks = ComputedDates::default();
        for row in &mut *answer {
            let row = row.map_err(|error| CommandFailure::of_query(error, source))?;
            marks.note(&row);
            print_block(&blocks, &row, rows, output)?;
            rows += 1;
        }
        print_under(&marks, None, output)?;
        return Ok(rows);
    }
    let mut marks = ComputedDates::default();
    let drawable = format.is_none() && output.surface.terminal;
    // The first rows tell how wide the columns are, and whether they fit.
    let mut first = Vec::new();
    let measured = if drawable && is_drawn(answer) { MOST_ROWS } else { MEASURED };
    for row in answer.by_ref().take(measured) {
        first.push(row.map_err(|error| CommandFailure::of_query(error, source))?);
    }
    if drawable && let Some(drawing) = draw(answer, first.iter(), output.surface) {
        print_lines(&[drawing.heading(output.surface)], output)?;
        for (place, row) in first.iter().enumerate() {
            marks.note(row);
            if let Some(before) = place.checked_sub(1).and_then(|place| first.get(place)) {
                print_lines(&drawing.lines_between(before.cells(), row.cells()), output)?;
            }
            print_lines(&drawing.lines(row.cells(), output.surface), output)?;
        }
        print_under(&marks, drawing.below(), output)?;
        return Ok(first.len() as u64);
    }
    let below = if drawable { undrawn(answer, first.iter()) } else { None };
    let mut table = TextTable::new(&headings(answer)).with_keys(keys(answer));
    for row in &first {
        table.push(row.cells());
    }
    if format.is_none() && !table.fits(output.surface) {
        for row in first.into_iter().map(Ok).chain(&mut *answer) {
            let row = row.map_err(|error| CommandFailure::of_query(error, source))?;
            marks.note(&row);
            print_block(&blocks, &row, rows, output)?;
            rows += 1;
        }
        print_under(&marks, below, output)?;
        return Ok(rows);
    }
    print_lines(&table.lines(output.surface), output)?;
    rows += first.len() as u64;
    for row in &first {
        marks.note(row);
    }
    drop(first);
    let layout = table.layout(output.surface);
    for row in &mut *answer {
        let row = row.map_err(|error| CommandFailure::of_query(error, source))?;
        marks.note(&row);
        print_lines(&layout.lines_of(&table.spell(row.cells())), output)?;
        rows += 1;
    }
    print_under(&marks, below, output)?;
    Ok(rows)
}

/// Whether something can be drawn beside the rows: then all of them are needed at once.
fn is_drawn(answer: &Answer) -> bool {
    let has = |role: ColumnRole| answer.columns().iter().any(|column| column.role == role);
    let few = answer.total().is_some_and(|total| total <= MOST_ROWS as u64);
    few && (has(ColumnRole::Start) || has(ColumnRole::Period) && has(ColumnRole::Count))
}

/// The drawing of all rows of an answer, if there is one and room for it.
fn draw<'r>(answer: &Answer, rows: impl Iterator<Item = &'r Row> + Clone, surface: Surface) -> Option<Drawing> {
    let rows = rows.map(Row::cells);
    is_drawn(answer).then(|| Drawing::new(answer.columns(), keys(answer), rows, answer.today(), surface)).flatten()
}

/// Why nothing is drawn of a time line.
fn undrawn<'r>(answer: &Answer, mut rows: impl Iterator<Item = &'r Row>) -> Option<String> {
    let has = |role: ColumnRole| answer.columns().iter().position(|column| column.role == role);
    let start = has(ColumnRole::Start)?;
    let is_known =
        |cell: &Cell| cell.as_date().is_some_and(|date| date.earliest().is_finite() || date.latest().is_finite());
    let why = if !is_drawn(answer) {
        "there are too many rows to draw"
    } else if rows.any(|row| row.cells().get(start).is_some_and(is_known)) {
        "the terminal is too narrow to draw"
    } else {
        "nothing is drawn: no row has a known date"
    };
    Some(why.to_owned())
}

/// What stands right below rows: what their marks mean, and what is not drawn.
fn print_under(
    marks: &ComputedDates,
    below: Option<String>,
    output: &mut StandardOutput,
) -> Result<(), CommandFailure> {
    let width = output.surface.width.map_or(usize::MAX, usize::from);
    for said in marks.line().map(|line| single_line(&line)).into_iter().chain(below) {
        for line in wrap(&said, width) {
            writeln!(output, "{}", output.surface.paint(DIM, &line))?;
        }
    }
    Ok(())
}

/// How many rows are looked at before the first is written.
const MEASURED: usize = 200;

/// How many columns of an answer come before its count: what it counts by.
fn keys(answer: &Answer) -> usize {
    if answer.are_facts() {
        return 0;
    }
    answer.columns().iter().position(|column| &*column.name == COUNT).unwrap_or(0)
}

/// What the language calls the column of counts.
const COUNT: &str = "count";

/// Prints the summary line, then the hints.
fn say_below(
    summary: &str,
    on_output: bool,
    answer: &Answer,
    output: &mut StandardOutput,
) -> Result<(), CommandFailure> {
    if on_output {
        output.line(summary)?;
    }
    output.flush()?;
    if !on_output {
        note(summary);
    }
    say_hints(answer);
    Ok(())
}

/// Prints the hints about a query.
pub fn say_hints(answer: &Answer) {
    let width = Surface::of_stderr().width.map_or(usize::MAX, |width| usize::from(width).saturating_sub(6).max(20));
    for hint in answer.hints() {
        let (message, help) = (hint.message(), hint.help());
        let help = help.iter().flat_map(|help| help.lines());
        let lines = std::iter::once(message.as_str()).chain(help).flat_map(|line| wrap(line, width));
        for (index, line) in lines.enumerate() {
            note(&format!("{} {line}", if index == 0 { "hint:" } else { "     " }));
        }
    }
}

fn print_block(
    blocks: &VerticalLayout,
    row: &Row,
    index: u64,
    output: &mut StandardOutput,
) -> Result<(), CommandFailure> {
    if index > 0 {
        writeln!(output)?;
    }
    print_lines(&block_lines(blocks, row, output.surface)?, output)
}

/// The lines of a row; a fact's are all that it has.
fn block_lines(blocks: &VerticalLayout, row: &Row, surface: Surface) -> Result<Vec<String>, CommandFailure> {
    let object = if blocks.has_whole_facts() && row.fact()?.is_some() { Some(row.object()?) } else { None };
    Ok(blocks.lines(row.cells(), object.as_ref(), surface))
}

/// The keys of an answer's columns.
fn names(answer: &Answer) -> Vec<Arc<str>> {
    answer.columns().iter().map(|column| Arc::clone(&column.name)).collect()
}

/// The headings of an answer's columns.
pub fn headings(answer: &Answer) -> Vec<Arc<str>> {
    answer.columns().iter().map(|column| Arc::clone(&column.label)).collect()
}

fn print_lines(lines: &[String], output: &mut StandardOutput) -> Result<(), CommandFailure> {
    // The lines were made harmless cell by cell; their styles are ours.
    for line in lines {
        writeln!(output, "{line}")?;
    }
    Ok(())
}

/// Writes rows that are no answer of a query.
pub fn print_rows(
    columns: &[&str],
    rows: &[Vec<Cell>],
    format: Option<Format>,
    output: &mut StandardOutput,
) -> Result<(), CommandFailure> {
    if let Some(written) = format.and_then(Format::written) {
        let mut writer = (written.writer)(output.guarded());
        writer.begin(columns)?;
        for row in rows {
            writer.row(row)?;
        }
        return Ok(writer.finish()?);
    }
    let mut table = TextTable::new(columns);
    for row in rows {
        table.push(row);
    }
    if format == Some(Format::Vertical) || format.is_none() && !table.fits(output.surface) {
        let names: Vec<Arc<str>> = columns.iter().map(|column| Arc::from(*column)).collect();
        let blocks = VerticalLayout::new(names.clone(), names);
        for (index, row) in rows.iter().enumerate() {
            if index > 0 {
                writeln!(output)?;
            }
            print_lines(&blocks.lines(row, None, output.surface), output)?;
        }
        return Ok(());
    }
    print_lines(&table.lines(output.surface), output)
}

/// An answer at the prompt, a screenful at a time.
pub struct Pages {
    answer: Answer,
    source: String,
    headings: Vec<Arc<str>>,
    blocks: VerticalLayout,
    waiting: VecDeque<Row>,
    shown: u64,
    /// Whether rows are blocks; none until the first are there.
    vertical: Option<bool>,
    /// What is drawn beside the rows.
    drawing: Option<Drawing>,
    is_first: bool,
    /// Whether `.more` will go on with it.
    can_go_on: bool,
}

/// The lines of a screen that are left for the headings, the summary, the rest
/// and the prompt.
const OTHER_LINES: u16 = 5;

/// The lines of a terminal that does not say how many it has.
const USUAL_HEIGHT: u16 = 24;

impl Pages {
    /// Pages of an answer.
    pub fn new(answer: Answer, source: &str, format: Option<Format>) -> Self {
        let vertical = format.map(|format| format == Format::Vertical);
        let headings = headings(&answer);
        let mut blocks = VerticalLayout::new(names(&answer), headings.clone());
        if vertical == Some(true) {
            blocks = blocks.with_whole_facts();
        }
        let (source, waiting) = (source.to_owned(), VecDeque::new());
        Self {
            answer,
            source,
            headings,
            blocks,
            waiting,
            shown: 0,
            vertical,
            drawing: None,
            is_first: true,
            can_go_on: true,
        }
    }

    /// The same, of an answer that another one follows at once.
    pub fn followed(self) -> Self {
        Self { can_go_on: false, ..self }
    }

    /// Writes the next rows; after the first of them what is said of all, and
    /// after the last nothing more. Returns whether rows are left.
    pub fn print_next(
        &mut self,
        watch: Option<Stopwatch>,
        output: &mut StandardOutput,
    ) -> Result<bool, CommandFailure> {
        let room = usize::from(output.surface.height.unwrap_or(USUAL_HEIGHT).saturating_sub(OTHER_LINES).max(5));
        self.fill(room)?;
        if self.vertical.is_none() && output.surface.terminal && is_drawn(&self.answer) {
            self.fill(MOST_ROWS)?;
            self.drawing = draw(&self.answer, self.waiting.iter(), output.surface);
        }
        if self.drawing.is_some() {
            self.vertical = Some(false);
        } else if self.vertical.is_none() {
            let fits = self.table(self.waiting.len()).fits(output.surface);
            self.vertical = Some(!fits);
        }
        let shown = if self.vertical == Some(true) {
            self.print_blocks(room, output)?
        } else {
            self.print_table(room, output)?
        };
        let mut marks = ComputedDates::default();
        self.waiting.iter().take(shown).for_each(|row| marks.note(row));
        let below = match &self.drawing {
            Some(drawing) => drawing.below(),
            None if output.surface.terminal => undrawn(&self.answer, self.waiting.iter().take(shown)),
            None => None,
        };
        print_under(&marks, below, output)?;
        self.waiting.drain(..shown);
        self.shown += shown as u64;
        self.fill(1)?;
        let more = !self.waiting.is_empty();
        if self.is_first {
            self.is_first = false;
            let time = watch.map(|watch| format!(" · {}", watch.spell())).unwrap_or_default();
            let summary = format!("{}{time}", with_grouped_count(&self.answer.summary()));
            say_below(&summary, true, &self.answer, output)?;
        }
        if more {
            let rest = self.answer.total().map(|total| grouped(total.saturating_sub(self.shown)));
            let rest = rest.map_or_else(|| "more".to_owned(), |rest| format!("{rest} more"));
            let line = format!("… {rest}{}", if self.can_go_on { ": `.more` shows the next" } else { "" });
            writeln!(output, "{}", output.surface.paint(DIM, &line))?;
        }
        Ok(more)
    }

    fn fill(&mut self, rows: usize) -> Result<(), CommandFailure> {
        while self.waiting.len() < rows {
            let Some(row) = self.answer.next() else { break };
            self.waiting.push_back(row.map_err(|error| CommandFailure::of_query(error, &self.source))?);
        }
        Ok(())
    }

    fn table(&self, rows: usize) -> TextTable {
        let mut table = TextTable::new(&self.headings).with_keys(keys(&self.answer));
        for row in self.waiting.iter().take(rows) {
            table.push(row.cells());
        }
        table
    }

    fn print_table(&self, room: usize, output: &mut StandardOutput) -> Result<usize, CommandFailure> {
        let mut rows = self.waiting.len().min(room);
        if let Some(drawing) = &self.drawing {
            print_lines(&[drawing.heading(output.surface)], output)?;
            let mut before: Option<&Row> = None;
            for row in self.waiting.iter().take(rows) {
                if let Some(before) = before {
                    print_lines(&drawing.lines_between(before.cells(), row.cells()), output)?;
                }
                print_lines(&drawing.lines(row.cells(), output.surface), output)?;
                before = Some(row);
            }
            return Ok(rows);
        }
        loop {
            let lines = self.table(rows).lines(output.surface);
            if lines.len() <= room + 1 || rows <= 1 {
                print_lines(&lines, output)?;
                return Ok(rows);
            }
            // Some rows take several lines.
            rows = (rows * room / lines.len()).max(1);
        }
    }

    fn print_blocks(&self, room: usize, output: &mut StandardOutput) -> Result<usize, CommandFailure> {
        let mut used = 0;
        for (index, row) in self.waiting.iter().enumerate() {
            let lines = block_lines(&self.blocks, row, output.surface)?;
            used += lines.len() + 1;
            if index > 0 && used > room {
                return Ok(index);
            }
            if index > 0 {
                writeln!(output)?;
            }
            print_lines(&lines, output)?;
        }
        Ok(self.waiting.len())
    }
}
