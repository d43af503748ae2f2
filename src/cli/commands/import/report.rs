//! What is said of an import: what it did, what it left out, what was wrong, and
//! what the names were matched to.

use std::fmt::Write as _;
use std::io;
use std::path::Path;
use std::time::Duration;

use tractat::exchange::CSV;
use tractat::model::Cell;
use tractat::{CountedKind, ImportReport, MatchedName, NameTarget};

use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::words::{counted, cut, grouped, spell_duration};

/// How many kinds, columns and names are shown.
const SHOWN: usize = 20;

/// One line on what an import did.
pub fn spell_report(report: &ImportReport, is_dry: bool, time: Duration) -> String {
    // What a mapping makes of rows beside facts is counted for itself.
    let mut parts = vec![counted(report.records, "record", "records")];
    let counts = [
        (report.outcome.new, "new", "new"),
        (report.outcome.versions, "new version", "new versions"),
        (report.outcome.corroborated, "became a source of a known fact", "became sources of known facts"),
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

/// The lines below the first: what was left out, what was wrong, what was not read.
pub fn details(report: &ImportReport, output: &mut Output) -> Result<(), Failure> {
    kinds("left out", &report.left_out, output)?;
    kinds("rejected", &report.problems, output)?;
    if !report.unused_columns.is_empty() {
        let columns: Vec<String> = report.unused_columns.iter().map(|column| format!("`{column}`")).collect();
        output.line(&format!("  not read: {}", columns.join(", ")))?;
    }
    Ok(())
}

fn kinds(what: &str, kinds: &[CountedKind], output: &mut Output) -> Result<(), Failure> {
    for CountedKind { kind, count, example } in kinds.iter().take(SHOWN) {
        output.line(&format!("  {what}: {} × {kind}", grouped(*count)))?;
        output.line(&format!("    such as {}", cut(example, EXAMPLE)))?;
    }
    if let Some(more) = kinds.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        output.line(&format!("  {what}: {}", counted(more as u64, "more kind", "more kinds")))?;
    }
    Ok(())
}

/// How many names were matched how, and as a list those that were matched to nothing.
pub fn names(names: &[MatchedName], lists: bool, output: &mut Output) -> Result<(), Failure> {
    for field in ["subject", "object"] {
        // Behind a comma stands when the name was in use, or how loosely it fits.
        let is = |name: &MatchedName, how: &str| name.matched.how().split(',').next() == Some(how);
        let of = |how: &str| names.iter().filter(|name| name.field == field && is(name, how)).count() as u64;
        let ways = [
            ("id", "by id"),
            ("name", "by name"),
            ("alias", "by alias"),
            ("dated name", "by a name of other years"),
            ("itself", "standing for themselves"),
            ("ambiguous", "of several entities, by the date of each act"),
            ("nothing", "matched to nothing"),
        ];
        let said = ways.iter().filter(|(how, _)| of(how) > 0).map(|(how, say)| format!("{} {say}", grouped(of(how))));
        let said: Vec<String> = said.collect();
        if !said.is_empty() {
            output.line(&format!("  names of `{field}`: {}", said.join(", ")))?;
        }
    }
    if !lists {
        return Ok(());
    }
    let unmatched: Vec<&MatchedName> = names
        .iter()
        .filter(|name| matches!(name.matched, NameTarget::Nothing { .. } | NameTarget::Ambiguous(_)))
        .collect();
    for name in unmatched.iter().take(SHOWN) {
        output.line(&format!("    {}", spelled(name)))?;
    }
    if let Some(more) = unmatched.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        output.line(&format!("    and {} more; --report FILE writes all", grouped(more as u64)))?;
    }
    Ok(())
}

/// The names with what they were matched to, those first that were matched to nothing.
pub fn table(names: &[MatchedName], output: &mut Output) -> Result<(), Failure> {
    for name in names.iter().take(SHOWN) {
        output.line(&format!("  {}", spelled(name)))?;
    }
    if let Some(more) = names.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        output.line(&format!("  and {} more; --report FILE writes all", grouped(more as u64)))?;
    }
    Ok(())
}

fn spelled(name: &MatchedName) -> String {
    let facts = counted(name.facts, "fact", "facts");
    let near = name.matched.nearest().map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    let to = match &name.matched {
        NameTarget::Ambiguous(ids) => {
            format!(
                "may be {}, as the date of each act says",
                ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(" or ")
            )
        }
        NameTarget::Itself { .. } => format!("stands for itself{near}"),
        NameTarget::Nothing { .. } => format!("is not known{near}"),
        NameTarget::Entity { id, how } => format!("is `{id}`, by {how}"),
    };
    format!("{} `{}` {to} ({facts})", name.field, name.written)
}

/// Writes every name as CSV.
pub fn write_names(names: &[MatchedName], path: &Path) -> Result<(), Failure> {
    let failed = |error: &io::Error| Failure::of_file(path, error);
    let file = std::fs::File::create(path).map_err(|error| failed(&error))?;
    let mut writer = (CSV.writer)(Box::new(io::BufWriter::new(file)));
    let mut write = || -> io::Result<()> {
        writer.begin(&["field", "written", "facts", "how", "entity", "nearest"])?;
        for name in names {
            let entity = match &name.matched {
                NameTarget::Ambiguous(ids) => Cell::List(ids.iter().map(|id| Cell::text(id)).collect()),
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
    use tractat::Outcome;

    use super::*;

    #[test]
    fn the_report_says_what_happened_and_how_fast() {
        let report = ImportReport {
            records: 870_109,
            rejected: 9,
            outcome: Outcome { new: 870_000, unchanged: 100, ..Outcome::default() },
            ..ImportReport::default()
        };
        assert_eq!(
            spell_report(&report, false, Duration::from_secs(8)),
            "870,109 records, 870,000 new, 100 unchanged, 9 rejected · 8.0 s, 108,763 records/s"
        );
        assert!(spell_report(&report, true, Duration::from_secs(8)).starts_with("would import 870,109 records"));
    }
}
