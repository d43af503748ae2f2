//! What `.help`, `.schema`, `.actions` and `.fields` say, all of it from the
//! world that is open; it names none of its words itself.

use std::collections::BTreeMap;
use std::io::Write;

use tractat::model::vocabulary::Role;
use tractat::model::{Cell, FieldKind, Schema};
use tractat::{QueryOptions, Statistics, Store};

use super::dot_commands::DOT_COMMANDS;
use crate::cli::failure::CommandFailure;
use crate::cli::output::{DIM, StandardOutput};
use crate::cli::show::print_rows;
use crate::cli::text::{counted, grouped};

/// How many example queries help shows.
const EXAMPLES: usize = 10;

/// How many facts the examples take their words from.
const SAMPLE: usize = 400;

/// The page of `.help`.
pub fn help(store: &Store, options: &QueryOptions, output: &mut StandardOutput) -> Result<(), CommandFailure> {
    output.line("Ask in words; a space between two words means `and`. Tab completes words. For example:")?;
    output.line("")?;
    for (query, remark) in examples(store, options) {
        let gap = " ".repeat(52_usize.saturating_sub(unicode_width::UnicodeWidthStr::width(query.as_str())).max(2));
        let remark = output.surface.paint(DIM, remark);
        writeln!(output, "  {}{gap}{remark}", tractat::exchange::sanitize(&query))?;
    }
    output.line("")?;
    for dot in DOT_COMMANDS {
        output.line(&format!("  {:<22}{}", format!("{} {}", dot.name, dot.takes).trim_end(), dot.help))?;
    }
    Ok(())
}

/// Queries in the words of this world that have an answer, each with what it shows.
fn examples(store: &Store, options: &QueryOptions) -> Vec<(String, &'static str)> {
    let words = SampleWords::from_store(store, options);
    let has_answer =
        |query: &str| store.query_with(query, options).is_ok_and(|mut answer| matches!(answer.next(), Some(Ok(_))));
    let mut found: Vec<(String, &'static str)> = Vec::new();
    for (query, remark) in words.candidates() {
        if found.len() == EXAMPLES {
            break;
        }
        if !found.iter().any(|(known, _)| *known == query) && has_answer(&query) {
            found.push((query, remark));
        }
    }
    found
}

/// Words that the facts of a store really use, the most frequent first.
#[derive(Default)]
struct SampleWords {
    actions: Vec<String>,
    subjects: Vec<String>,
    objects: Vec<String>,
    years: Vec<String>,
    texts: Vec<String>,
    groups: Vec<(String, String)>,
    dates: Vec<String>,
    /// What the two ends of a fact are called.
    ends: (String, String),
}

impl SampleWords {
    fn from_store(store: &Store, options: &QueryOptions) -> Self {
        let schema = store.schema();
        let mut counts: [BTreeMap<String, usize>; 5] = Default::default();
        let rows = store.query_with(&format!("| take {SAMPLE}"), options).ok();
        for row in rows.into_iter().flatten().filter_map(Result::ok) {
            let Ok(Some(fact)) = row.fact() else { continue };
            let year =
                fact.date.as_ref().and_then(|date| date.earliest().year()).filter(|year| (1000..=9999).contains(year));
            let title = fact.title.as_deref().unwrap_or("");
            let word = title.split_whitespace().find(|word| word.len() > 5 && word.chars().all(char::is_lowercase));
            let found = [
                Some(fact.action.clone()),
                Some(fact.subject.clone()),
                fact.object.clone(),
                year.map(|year| year.to_string()),
                word.map(str::to_owned),
            ];
            for (counts, word) in counts.iter_mut().zip(found) {
                *counts.entry(word.unwrap_or_default()).or_default() += 1;
            }
        }
        let [actions, subjects, objects, years, texts] = counts.map(most_frequent);
        let noun = |role: Role| schema.end_name(role).to_owned();
        Self {
            actions,
            groups: groups_of(store, &schema, &subjects),
            subjects: plain_words(subjects),
            objects: plain_words(objects),
            years,
            texts,
            dates: schema
                .fields()
                .filter(|field| field.kind == FieldKind::Date && !field.name.contains('.') && *field.name != *"date")
                .map(|field| field.name.to_string())
                .collect(),
            ends: (noun(Role::Subject), noun(Role::Object)),
        }
    }

    /// Queries that may have an answer, each kind in words of its own.
    fn candidates(&self) -> Vec<(String, &'static str)> {
        let nth = |words: &[String], place: usize| words.get(place % words.len().max(1)).cloned();
        let (subject_noun, object_noun) = &self.ends;
        let mut out = Vec::new();
        for round in 0..self.actions.len() {
            let action = |kind: usize| nth(&self.actions, round + kind).unwrap_or_default();
            let (subject, object) = (nth(&self.subjects, round), nth(&self.objects, round));
            let (early, late) = (nth(&self.years, round), nth(&self.years, round + 1));
            if let Some(subject) = &subject {
                out.push((format!("{} {subject}", action(0)), "an action and a name"));
            }
            if let Some(year) = &late {
                out.push((format!("{} since {year}", action(1)), "since the start of a year"));
            }
            if let Some((field, group)) = self.groups.get(round).or(self.groups.first()) {
                out.push((format!("{} {field}:{group}", action(2)), "everybody in a group"));
            }
            out.push((format!("{} | count by {subject_noun} | take 5", action(3)), "counting"));
            if let (Some(object), Some(year)) = (&object, &early) {
                out.push((format!("{object_noun}:{object} until {year} | sort -date"), "the latest first"));
            }
            if let Some(field) = nth(&self.dates, round) {
                out.push((format!("{} {field} in last 3650 days", action(4)), "by another date"));
            }
            if let Some(text) = nth(&self.texts, round) {
                out.push((format!("\"{text}\""), "words of titles, notes and quotes"));
            }
            if let Some(object) = &object {
                out.push((format!("({} or {}) {object}", action(0), action(1)), "one or the other"));
                out.push((format!("{object} -{}", action(2)), "all but"));
                out.push((format!("{object} {} | sources", action(5)), "who says so"));
            }
            out.push((format!("{} | count by year", action(1)), "year by year"));
            out.push((format!("{} date.precision:day | take 3", action(3)), "how exactly a date is known"));
        }
        out
    }
}

/// Groupings with a group that has facts, by the id that queries use.
fn groups_of(store: &Store, schema: &Schema, subjects: &[String]) -> Vec<(String, String)> {
    let entities = store.entities();
    let mut found = Vec::new();
    for (field, grouping) in &schema.vocabulary().groups {
        for subject in subjects {
            let Some((number, _)) = entities.iter().find(|(_, entity)| entity.id == *subject) else { continue };
            let group = entities
                .groups(number)
                .map(|(group, _)| entities.get(group))
                .find(|group| grouping.kinds.is_empty() || grouping.kinds.contains(&group.kind));
            if let Some(group) = group {
                found.push((field.clone(), group.id.clone()));
                break;
            }
        }
    }
    found
}

fn most_frequent(counts: BTreeMap<String, usize>) -> Vec<String> {
    let mut counts: Vec<_> = counts.into_iter().filter(|(word, _)| !word.is_empty()).collect();
    counts.sort_by(|(word, count), (other, others)| others.cmp(count).then_with(|| word.cmp(other)));
    counts.into_iter().map(|(word, _)| word).take(8).collect()
}

/// Words that need no quotes.
fn plain_words(words: Vec<String>) -> Vec<String> {
    words.into_iter().filter(|word| tractat::syntax::is_word(word)).collect()
}

/// The first line of the prompt.
pub fn banner(statistics: &Statistics, schema: &Schema, place: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let version = version.rsplit_once('.').map_or(version, |(version, _)| version);
    let mut counts = vec![counted(statistics.facts, "fact", "facts")];
    for (plural, noun) in &schema.vocabulary().nouns {
        let count = statistics.nouns.iter().find(|(named, _)| named == plural).map_or(0, |(_, count)| *count);
        counts.push(counted(count, &noun.singular, plural));
    }
    // A line that is too long greets nobody.
    counts.truncate(4);
    format!("tractat {version} · {} ({place}) · {} · .help", schema.vocabulary().world.name, counts.join(", "))
}

/// The page of `.schema`.
pub fn schema(store: &Store, output: &mut StandardOutput) -> Result<(), CommandFailure> {
    let (schema, statistics) = (store.schema(), store.statistics());
    let vocabulary = schema.vocabulary();
    let world = &vocabulary.world;
    let about = if world.about.is_empty() { String::new() } else { format!(": {}", world.about) };
    output.line(&format!("{}{about}", world.name))?;
    let facts = counted(statistics.facts, "fact", "facts");
    output.line(&format!("{facts}, transaction #{}", statistics.transaction))?;
    let kinds = statistics.entities.iter().map(|(kind, count)| format!("{} {kind}", grouped(*count)));
    output.line(&format!("entities: {}", kinds.collect::<Vec<_>>().join(", ")))?;
    let mut rows = Vec::new();
    for (plural, noun) in &vocabulary.nouns {
        let about = format!("`{}:` names the {}", noun.singular, noun.role.field());
        rows.push(vec![Cell::text("noun"), Cell::text(plural), Cell::text(&about)]);
    }
    for (name, grouping) in &vocabulary.groups {
        let about = if grouping.about.is_empty() { grouping.kinds.join(", ") } else { grouping.about.clone() };
        rows.push(vec![Cell::text("group"), Cell::text(&format!("{name}:")), Cell::text(&about)]);
    }
    for (name, status) in &vocabulary.status {
        let edges = |edges: &[tractat::model::vocabulary::Transition]| {
            edges.iter().map(|edge| edge.by.as_str()).collect::<Vec<_>>().join(", ")
        };
        let about = format!("from {} until {}", edges(&status.open), edges(&status.close));
        rows.push(vec![Cell::text("status"), Cell::text(&format!("{name}:")), Cell::text(&about)]);
    }
    print_rows(&["", "name", "about"], &rows, None, output)?;
    Ok(output.line("`.actions` and `.fields` list the rest")?)
}

/// The page of `.actions`.
pub fn actions(schema: &Schema, output: &mut StandardOutput) -> Result<(), CommandFailure> {
    let vocabulary = schema.vocabulary();
    let mut rows = Vec::new();
    for (name, action) in &vocabulary.actions {
        rows.push(vec![Cell::text(name), Cell::text(&action.label), Cell::text(&action.forms.join(", "))]);
    }
    for (name, umbrella) in &vocabulary.umbrellas {
        let covers = format!("any of {}", umbrella.covers.join(", "));
        rows.push(vec![Cell::text(name), Cell::text(&covers), Cell::text(&umbrella.forms.join(", "))]);
    }
    print_rows(&["action", "shown as", "also"], &rows, None, output)
}

/// The page of `.fields`.
pub fn fields(schema: &Schema, output: &mut StandardOutput) -> Result<(), CommandFailure> {
    let mut rows = Vec::new();
    for field in schema.fields() {
        let aliases = schema.field_aliases().filter(|(_, name)| **name == *field.name).map(|(alias, _)| alias);
        let mut aliases: Vec<&str> = aliases.collect();
        aliases.sort_unstable();
        rows.push(vec![
            Cell::text(&field.name),
            Cell::text(field.kind.name()),
            Cell::text(&field.about),
            Cell::text(&aliases.join(", ")),
        ]);
    }
    print_rows(&["field", "holds", "about", "also"], &rows, None, output)
}

#[cfg(test)]
mod tests {
    use tractat::model::Vocabulary;

    use super::*;

    #[test]
    fn the_banner_counts_in_the_words_of_the_world() {
        let text =
            "[world]\nname = \"w\"\n[nouns.cats]\nsingular = \"cat\"\nkinds = [\"pet\", \"stray\"]\nrole = \"subject\"";
        let schema = Schema::new(Vocabulary::from_toml(text).unwrap(), &[]).unwrap();
        let mut statistics = Statistics::default();
        statistics.facts = 1412;
        statistics.nouns = vec![("dogs".to_owned(), 9), ("cats".to_owned(), 5)];
        let banner = banner(&statistics, &schema, "bundled");
        assert!(banner.ends_with(" · w (bundled) · 1,412 facts, 5 cats · .help"), "{banner}");
    }
}
