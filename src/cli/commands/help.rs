//! `tractat help TOPIC`: a section of the manual, or what a word of the
//! language does. It knows headings, and nothing of what stands below them.

use clap::CommandFactory;
use tractat::Store;
use tractat::model::vocabulary::{Role, Transition};
use tractat::model::{FieldKind, Resolution, fold, nearest};
use tractat::syntax::keyword::{Keyword, TABLE};

use crate::cli::Context;
use crate::cli::arguments::Arguments as Program;
use crate::cli::failure::Failure;
use crate::cli::opening::open_silently;
use crate::cli::output::{HEADING, Output};

/// All of the manual.
const MANUAL: &str = include_str!("../../../grammar/MANUAL.md");

/// The references beside the manual; each is a chapter of it.
const REFERENCES: [&str; 3] = [
    include_str!("../../../grammar/VOCABULARY.md"),
    include_str!("../../../grammar/MAPPINGS.md"),
    include_str!("../../../grammar/DIAGNOSTICS.md"),
];

/// Every section of the manual; those of other pages are parts of it.
fn all_sections() -> Vec<Section<'static>> {
    let of_page = |section: Section<'static>| Section { level: section.level + 1, ..section };
    sections(MANUAL).into_iter().chain(REFERENCES.into_iter().flat_map(sections).map(of_page)).collect()
}

/// What to explain.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A heading of the manual, a word of the language or a command; without one they are listed
    #[arg(value_name = "TOPIC")]
    topic: Vec<String>,
}

/// Explains a topic, or lists them.
pub fn run(arguments: &Arguments, context: &mut Context) -> Result<(), Failure> {
    let topic = arguments.topic.join(" ");
    let output = &mut context.output;
    if topic.trim().is_empty() {
        output.line("tractat help TOPIC explains one of these, or a word of the language:\n")?;
        print_topics(output)?;
        return Ok(output.line("\ntractat --help lists the commands and options")?);
    }
    if all_sections().iter().all(|section| !section.is(&topic))
        && let Some(command) = Program::command().find_subcommand(&topic)
    {
        let mut command = command.clone().bin_name(format!("{} {topic}", env!("CARGO_PKG_NAME")));
        return Ok(output.line(command.render_help().to_string().trim_end())?);
    }
    let lists = "`tractat help` lists them, and `tractat explain QUERY` says how a query is read";
    let shared = &context.shared;
    let world = |word: &str| of_world(&open_silently(shared.store.as_deref())?, word);
    explain(&topic, lists, &world, output)
}

/// The headings of the manual, those of its parts indented.
pub fn print_topics(output: &mut Output) -> Result<(), Failure> {
    for section in all_sections().iter().filter(|section| section.level > 1) {
        let indent = "  ".repeat(section.level - 1);
        output.line(&format!("{indent}{}", section.title))?;
    }
    Ok(())
}

/// What a word means in the world of a store.
pub fn of_world(store: &Store, word: &str) -> Option<String> {
    let (schema, entities) = (store.schema(), store.entities());
    let vocabulary = schema.vocabulary();
    let same = |name: &str| fold(name) == fold(word);
    let mut told = Vec::new();
    for (plural, noun) in vocabulary.nouns.iter().filter(|(plural, noun)| same(plural) || same(&noun.singular)) {
        let field = noun.role.field();
        told.push(format!(
            "{plural}: a noun; `{plural} …` makes them the rows, `{}:…` names the {field} of a fact",
            noun.singular
        ));
    }
    for (name, grouping) in vocabulary.groups.iter().filter(|(name, _)| same(name)) {
        let by = if grouping.partition.is_some() { format!(", `| count by {name}`") } else { String::new() };
        told.push(format!("{name}: a grouping ({}); such as `{name}:…`{by}", grouping.about));
    }
    for (name, status) in vocabulary.status.iter().filter(|(name, _)| same(name)) {
        let acts = |edges: &[Transition]| edges.iter().map(|edge| edge.by.as_str()).collect::<Vec<_>>().join(", ");
        let plural = schema.noun_of(Role::Subject).map_or("…", |_| {
            vocabulary.nouns.iter().find(|(_, noun)| noun.role == Role::Subject).map_or("…", |(plural, _)| plural)
        });
        let (open, close) = (acts(&status.open), acts(&status.close));
        told.push(format!(
            "{name}: a status, from {open} until {close}; such as `{plural} {name}:…`, `{plural} {name}:*`, `{plural} {name}:none`"
        ));
    }
    if let Some(action) = schema.action_word(word) {
        let label = |name: &String| schema.action(name).map_or_else(|| name.clone(), |action| action.label.clone());
        let labels: Vec<String> = action.actions.iter().map(label).collect();
        told.push(format!("{word}: an act; facts of {}", labels.join(", ")));
    }
    if let Some(field) = schema.field(word) {
        let about = if field.about.is_empty() { String::new() } else { format!(": {}", field.about) };
        let test = if field.kind == FieldKind::Date { format!("{word} in 2025") } else { format!("{word}:…") };
        told.push(format!("{word}: a field that holds {}{about}; such as `{test}`", field.kind.name()));
    }
    if let Resolution::One(number) = entities.resolve(word) {
        let entity = entities.get(number);
        told.push(format!("{word}: the name of {} ({})", entity.name, entity.kind));
    }
    if told.is_empty() && same("line") {
        told.push("line: something and what it succeeds or continues; such as `line:…`".to_owned());
    }
    (!told.is_empty()).then(|| told.join("\n"))
}

/// Prints what there is on a topic; `world` tells what a word means in the
/// world that is open, and `lists` says where there is more if there is nothing.
pub fn explain(
    topic: &str,
    lists: &str,
    world: &dyn Fn(&str) -> Option<String>,
    output: &mut Output,
) -> Result<(), Failure> {
    let topic = topic.trim_matches(|sign: char| !sign.is_alphanumeric());
    let sections = all_sections();
    let found = sections.iter().find(|section| section.is(topic));
    let found = found.or_else(|| sections.iter().find(|section| section.names(topic)));
    let topic = topic.trim();
    let is_it = |entry: &&Keyword| entry.word.eq_ignore_ascii_case(topic);
    // `share of`, `count by`
    let begins = |entry: &&Keyword| {
        let rest = entry.example.get(topic.len()..).filter(|_| entry.example.is_char_boundary(topic.len()));
        topic.contains(' ')
            && rest.is_some_and(|rest| rest.starts_with(' '))
            && entry.example[..topic.len()].eq_ignore_ascii_case(topic)
    };
    let words: Vec<_> = TABLE.iter().filter(|entry| is_it(entry) || begins(entry)).collect();
    for entry in &words {
        output.line(&format!("{}: {}; such as `{}`", entry.word, entry.help, entry.example))?;
    }
    if let Some(section) = found {
        if !words.is_empty() {
            output.line("")?;
        }
        for line in section.text.trim_end().lines() {
            match line.strip_prefix('#') {
                Some(heading) if output.surface.colour && line == section.heading() => {
                    let heading = tractat::exchange::sanitize(heading.trim_start_matches('#').trim()).into_owned();
                    let heading = output.surface.paint(HEADING, &heading);
                    std::io::Write::write_fmt(output, format_args!("{heading}\n"))?;
                }
                _ => output.line(line)?,
            }
        }
        return Ok(());
    }
    if !words.is_empty() {
        return Ok(());
    }
    if let Some(told) = world(topic) {
        return Ok(output.line(&told)?);
    }
    let spoken: Vec<&Section> =
        sections.iter().filter(|section| section.level == 2 && section.tells_of(topic)).collect();
    if let [first, ..] = spoken.as_slice()
        && spoken.len() <= 4
    {
        let lines = first.text.lines().filter(|line| has_word(line, topic)).take(4).collect::<Vec<_>>();
        let titles: Vec<String> = spoken.iter().map(|section| format!("`help {}`", plain(section.title))).collect();
        output.line(&lines.join("\n"))?;
        return Ok(output.line(&format!("\nmore: {}", titles.join(", ")))?);
    }
    let titles = sections.iter().map(|section| plain(section.title)).collect::<Vec<_>>();
    let parts = titles.iter().flat_map(|title| title.split(' '));
    let known = titles.iter().map(String::as_str).chain(TABLE.iter().map(|entry| entry.word)).chain(parts);
    let mend = nearest(&plain(topic), known).map_or_else(|| lists.to_owned(), |near| format!("did you mean `{near}`?"));
    Err(Failure::Usage(format!("the manual has no topic `{topic}`; {mend}")))
}

/// The topics that begin with what is typed, for completion.
pub fn topics() -> Vec<String> {
    all_sections().iter().filter(|section| section.level > 1).map(|section| plain(section.title)).collect()
}

/// A section of the manual, with those within it.
struct Section<'m> {
    /// How many `#` its heading has.
    level: usize,
    title: &'m str,
    text: &'m str,
}

impl<'m> Section<'m> {
    fn heading(&self) -> &'m str {
        self.text.lines().next().unwrap_or("")
    }

    fn is(&self, topic: &str) -> bool {
        plain(self.title) == plain(topic)
    }

    /// Whether its text has a word.
    fn tells_of(&self, word: &str) -> bool {
        plain(self.title) != "diagnostics" && has_word(self.text, word)
    }

    /// Whether every word of a topic is one of its heading.
    fn names(&self, topic: &str) -> bool {
        let (title, topic) = (plain(self.title), plain(topic));
        self.level > 1 && topic.split(' ').all(|word| title.split(' ').any(|part| part == word))
    }
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|letter: char| !letter.is_alphanumeric()).any(|part| part.eq_ignore_ascii_case(word))
}

/// A heading in lower case, without the signs of its markup.
fn plain(title: &str) -> String {
    let letters = title.to_lowercase().replace(|sign: char| !sign.is_alphanumeric() && !"-_$".contains(sign), " ");
    letters.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The sections of a text in Markdown, each up to the next that is not within it.
fn sections<'m>(manual: &'m str) -> Vec<Section<'m>> {
    let mut headings = Vec::new();
    let (mut at, mut is_code) = (0, false);
    for line in manual.split_inclusive('\n') {
        is_code ^= line.trim_start().starts_with("```");
        let level = line.len() - line.trim_start_matches('#').len();
        if !is_code && (1..=6).contains(&level) && line.get(level..).is_some_and(|rest| rest.starts_with(' ')) {
            headings.push((at, level, line.get(level..).unwrap_or("").trim()));
        }
        at += line.len();
    }
    let section = |(place, &(start, level, title)): (usize, &(usize, usize, &'m str))| {
        let next = headings.iter().skip(place + 1).find(|(_, other, _)| *other <= level);
        let end = next.map_or(manual.len(), |(end, ..)| *end);
        Section { level, title, text: manual.get(start..end).unwrap_or("") }
    };
    headings.iter().enumerate().map(section).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Manual\n\nHello.\n\n## `with {…}` and `without`\n\nOne.\n\n```\n# no heading\n```\n\n### Same\n\nTwo.\n\n## Dates\n\nThree.\n";

    #[test]
    fn a_section_goes_up_to_the_next_that_is_not_within_it() {
        let sections = sections(TEXT);
        let titles: Vec<(usize, &str)> = sections.iter().map(|section| (section.level, section.title)).collect();
        assert_eq!(titles, [(1, "Manual"), (2, "`with {…}` and `without`"), (3, "Same"), (2, "Dates")]);
        assert!(sections[1].text.ends_with("Two.\n\n") && sections[3].text.ends_with("Three.\n"));
        assert!(sections[1].is("With and without") && sections[1].names("WITHOUT") && !sections[1].names("with dates"));
        assert_eq!(sections[0].text, TEXT);
    }
}
