//! The report of an import: what it did, what it left out, what was wrong, and
//! what the names were matched to.

use std::fmt::Write as _;
use std::io;
use std::path::Path;
use std::time::Duration;

use tractat::exchange::CSV;
use tractat::model::{Cell, MatchedBy};
use tractat::{ImportReport, MatchedName, NameResolution};

use crate::cli::failure::CommandFailure;
use crate::cli::output::StandardOutput;
use crate::cli::text::{counted, cut, grouped, spell_duration, times_of_day_left_out};

/// How many kinds and names are shown.
const SHOWN: usize = 20;

/// One line on what an import did.
pub fn spell_report(report: &ImportReport, is_dry: bool, time: Duration) -> String {
    // What a mapping leaves out is counted separately.
    let mut parts = vec![counted(report.records, "record", "records")];
    let counts = [
        (report.outcome.new, "new", "new"),
        (report.outcome.versions, "new version", "new versions"),
        (report.outcome.kept, "keeps what its record does not say", "keep what their records do not say"),
        (report.outcome.other_acts, "is another act than before", "are other acts than before"),
        (report.outcome.corroborated, "became a source of a known fact", "became sources of known facts"),
        (report.outcome.disputed, "with a disputed date (`disputed:date`)", "with a disputed date (`disputed:date`)"),
        (report.outcome.retracted, "fact became part of another", "facts became part of others"),
        (report.outcome.unchanged, "unchanged", "unchanged"),
        (report.outcome.stay_retracted, "stays retracted", "stay retracted"),
        (report.outcome.entities, "entity", "entities"),
        (report.rejected, "rejected", "rejected"),
    ];
    let said = counts.iter().filter(|(count, ..)| *count > 0);
    parts.extend(said.map(|(count, singular, plural)| counted(*count, singular, plural)));
    let mut line = if is_dry { "would import ".to_owned() } else { String::new() };
    line.push_str(&parts.join(", "));
    // Writing to a string cannot fail.
    if let Some(transaction) = report.outcome.transaction.filter(|_| !is_dry) {
        let _ = write!(line, " · #{transaction}");
    }
    let _ = write!(line, " · {}", spell_duration(time));
    let seconds = time.as_secs_f64();
    if seconds > 0.0 {
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rate is rounded anyway"
        )]
        let rate = (report.records as f64 / seconds) as u64;
        let _ = write!(line, ", {} records/s", grouped(rate));
    }
    line
}

/// How many columns of a terminal an example has.
const EXAMPLE: usize = 160;

/// The lines below the first: what was left out, what was wrong, and which columns were not read.
pub fn details(report: &ImportReport, output: &mut StandardOutput) -> Result<(), CommandFailure> {
    left_out(report, output)?;
    let rejected = report.problems.iter();
    let rejected = rejected.map(|problem| (problem.kind.to_string(), problem.count, problem.example.to_string()));
    kinds("rejected", rejected, output)?;
    let undeclared = report.undeclared.iter();
    let undeclared = undeclared.map(|field| {
        (
            format!("field `{}`, which queries cannot use", field.field),
            field.count,
            format!("{}:{}", field.input, field.line),
        )
    });
    kinds("kept undeclared", undeclared, output)?;
    if let Some(times) = &report.times {
        let of = if times.count == 1 { "in" } else { "first in" };
        let left_out = times_of_day_left_out(times.count);
        output.line(&format!("  {left_out}, {of} {}:{}", times.input, times.line))?;
    }
    for dates in &report.dates {
        output.line(&format!("  {}: {dates}", dates.input))?;
    }
    if report.numbered > 0 {
        let ids = counted(report.numbered, "id", "ids");
        output.line(&format!("  numbered: {ids} that another record would have had too"))?;
    }
    if !report.unused_columns.is_empty() {
        let name = |column: &String| {
            if column.is_empty() { "a column without a name".to_owned() } else { format!("`{column}`") }
        };
        let columns: Vec<String> = report.unused_columns.iter().map(name).collect();
        output.line(&format!("  not read: {}", columns.join(", ")))?;
    }
    Ok(())
}

/// What was left out, by reason.
fn left_out(report: &ImportReport, output: &mut StandardOutput) -> Result<(), CommandFailure> {
    let left_out = report.left_out.iter().map(|left_out| {
        let example = format!("{} ({}:{})", left_out.example, left_out.input, left_out.line);
        (left_out.reason.to_string(), left_out.count, example)
    });
    kinds("left out", left_out, output)
}

/// Lists kinds with how many there are of each and an example.
fn kinds(
    what: &str,
    kinds: impl ExactSizeIterator<Item = (String, u64, String)>,
    output: &mut StandardOutput,
) -> Result<(), CommandFailure> {
    let all = kinds.len();
    for (kind, count, example) in kinds.take(SHOWN) {
        output.line(&format!("  {what}: {} × {kind}", grouped(count)))?;
        output.line(&format!("    such as {}", cut(&example, EXAMPLE)))?;
    }
    if let Some(more) = all.checked_sub(SHOWN).filter(|more| *more > 0) {
        output.line(&format!("  {what}: {}", counted(more as u64, "more kind", "more kinds")))?;
    }
    Ok(())
}

/// How many names were matched in which way; if asked for, also those that were
/// not matched to one entity.
pub fn names(names: &[MatchedName], lists: bool, output: &mut StandardOutput) -> Result<(), CommandFailure> {
    type IsMatchedSo = fn(&NameResolution) -> bool;
    let ways: [(IsMatchedSo, &str); 7] = [
        (|matched| matches!(matched, NameResolution::Entity { by: MatchedBy::Id, .. }), "by id"),
        (|matched| matches!(matched, NameResolution::Entity { by: MatchedBy::Name, .. }), "by name"),
        (|matched| matches!(matched, NameResolution::Entity { by: MatchedBy::Alias, .. }), "by alias"),
        (
            |matched| matches!(matched, NameResolution::Entity { by: MatchedBy::DatedName, .. }),
            "by a name of other years",
        ),
        (|matched| matches!(matched, NameResolution::Itself { .. }), "standing for themselves"),
        (|matched| matches!(matched, NameResolution::Ambiguous(_)), "of several entities, by the date of each act"),
        (|matched| matches!(matched, NameResolution::Nothing { .. }), "matched to nothing"),
    ];
    for field in ["subject", "object"] {
        let of_field = || names.iter().filter(|name| name.field == field);
        let count = |is_so: IsMatchedSo| of_field().filter(|name| is_so(&name.matched)).count() as u64;
        let counts = ways.iter().map(|(is_so, say)| (count(*is_so), say)).filter(|(count, _)| *count > 0);
        let said: Vec<String> = counts.map(|(count, say)| format!("{} {say}", grouped(count))).collect();
        if !said.is_empty() {
            output.line(&format!("  names of `{field}`: {}", said.join(", ")))?;
        }
    }
    if !lists {
        return Ok(());
    }
    let unmatched: Vec<&MatchedName> = names
        .iter()
        .filter(|name| matches!(name.matched, NameResolution::Nothing { .. } | NameResolution::Ambiguous(_)))
        .collect();
    for name in unmatched.iter().take(SHOWN) {
        output.line(&format!("    {}", spelled(name)))?;
    }
    if let Some(more) = unmatched.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        output.line(&format!("    and {} more; --report FILE lists all", grouped(more as u64)))?;
    }
    Ok(())
}

/// The names with what they were matched to, those that were matched to nothing first.
pub fn table(names: &[MatchedName], output: &mut StandardOutput) -> Result<(), CommandFailure> {
    for name in names.iter().take(SHOWN) {
        output.line(&format!("  {}", spelled(name)))?;
    }
    if let Some(more) = names.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        output.line(&format!("  and {} more; --report FILE lists all", grouped(more as u64)))?;
    }
    Ok(())
}

fn spelled(name: &MatchedName) -> String {
    let facts = counted(name.facts, "fact", "facts");
    let near = name.matched.nearest().map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    let to = match &name.matched {
        NameResolution::Ambiguous(ids) => {
            format!(
                "may be {}, depending on the date of each act",
                ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(" or ")
            )
        }
        NameResolution::Itself { .. } => format!("stands for itself{near}"),
        NameResolution::Nothing { .. } => format!("is unknown{near}"),
        NameResolution::Entity { id, how, .. } => format!("is `{id}`, by {how}"),
        _ => name.matched.how().to_owned(),
    };
    format!("{} `{}` {to} ({facts})", name.field, name.written)
}

/// Writes what every name was matched to, as CSV.
pub fn write_names(names: &[MatchedName], path: &Path) -> Result<(), CommandFailure> {
    let failed = |error: &io::Error| CommandFailure::of_file(path, error);
    let file = std::fs::File::create(path).map_err(|error| failed(&error))?;
    let mut writer = (CSV.writer)(Box::new(io::BufWriter::new(file)));
    let mut write = || -> io::Result<()> {
        writer.begin(&["field", "written", "facts", "how", "entity", "nearest"])?;
        for name in names {
            let entity = match &name.matched {
                NameResolution::Ambiguous(ids) => Cell::List(ids.iter().map(|id| Cell::text(id)).collect()),
                matched => matched.entity().map_or(Cell::Missing, Cell::text),
            };
            let facts = i64::try_from(name.facts).unwrap_or(i64::MAX);
            let nearest = name.matched.nearest().map_or(Cell::Missing, Cell::text);
            let how = Cell::text(name.matched.how());
            writer.row(&vec![
                Cell::text(&name.field),
                Cell::text(&name.written),
                Cell::Integer(facts),
                how,
                entity,
                nearest,
            ])?;
        }
        writer.finish()
    };
    write().map_err(|error| failed(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_says_what_happened_and_how_fast() {
        let mut report = ImportReport::default();
        (report.records, report.rejected) = (870_109, 9);
        (report.outcome.new, report.outcome.unchanged) = (870_000, 100);
        let spelled = [false, true].map(|is_dry| spell_report(&report, is_dry, Duration::from_secs(8)));
        insta::assert_snapshot!(spelled.join("\n"), @"
        870,109 records, 870,000 new, 100 unchanged, 9 rejected · 8.0 s, 108,763 records/s
        would import 870,109 records, 870,000 new, 100 unchanged, 9 rejected · 8.0 s, 108,763 records/s
        ");
    }
}
