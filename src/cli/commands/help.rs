//! `tractat help TOPIC`: a section of the manual, or what a word of the
//! language, or of the world that is open, does.

use tractat::Store;
use tractat::model::vocabulary::{Role, Transition};
use tractat::model::{FieldKind, Resolution, fold, nearest};
use tractat::syntax::keyword::{Keyword, TABLE};

use crate::cli::CommandContext;
use crate::cli::failure::CommandFailure;
use crate::cli::manual::{Section, all_sections, has_word, plain_title};
use crate::cli::opening::open_silently;
use crate::cli::output::StandardOutput;
use crate::cli::pager;
use crate::cli::show::render_markdown;

/// What to explain.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A heading of the manual, a word of the language or a command; without one, the topics are listed
    #[arg(value_name = "TOPIC")]
    topic: Vec<String>,
    /// Print long pages directly instead of through $PAGER
    #[arg(long)]
    no_pager: bool,
}

/// Explains a topic, or lists them. `program` has the help of the commands.
pub fn run(arguments: &Arguments, program: &clap::Command, context: &mut CommandContext) -> Result<(), CommandFailure> {
    let topic = arguments.topic.join(" ");
    let output = &mut context.output;
    let may_page = !arguments.no_pager;
    if topic.trim().is_empty() {
        let about = "`tractat help TOPIC` explains one of these topics, or a word of the language:";
        let commands = "`tractat --help` lists the commands and options.";
        return Ok(show(&format!("{about}\n\n{}\n{commands}\n", list_of_topics()), may_page, output)?);
    }
    if all_sections().iter().all(|section| !section.is_about(&topic))
        && let Some(command) = program.find_subcommand(&topic)
    {
        let mut command = command.clone().bin_name(format!("{} {topic}", env!("CARGO_PKG_NAME")));
        return Ok(output.line(command.render_help().to_string().trim_end())?);
    }
    let more = "`tractat help` lists them, and `tractat explain QUERY` tells how a query is read";
    let store = context.global.store.clone();
    let in_world = |word: &str| describe(&open_silently(store.as_deref())?, word);
    let page = page_on(&topic, &in_world).ok_or_else(|| unknown(&topic, more))?;
    Ok(show(&page, may_page, &mut context.output)?)
}

/// Shows a page in Markdown: in styles at a terminal, elsewhere as it is.
pub fn show(page: &str, may_page: bool, output: &mut StandardOutput) -> std::io::Result<()> {
    if output.surface.terminal {
        let shown = render_markdown(page, output.surface);
        return pager::print(&shown, may_page, output);
    }
    output.line(page.trim_end())
}

/// The headings of the manual as a list in Markdown.
pub fn list_of_topics() -> String {
    let sections = all_sections();
    let chapters = sections.iter().filter(|section| section.level > 1);
    let lines = chapters.map(|section| format!("{}- {}", "  ".repeat(section.level - 2), section.title));
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

/// What a word means in the world of a store, if anything.
pub fn describe(store: &Store, word: &str) -> Option<String> {
    let (schema, entities) = (store.schema(), store.entities());
    let vocabulary = schema.vocabulary();
    let same = |name: &str| fold(name) == fold(word);
    let mut told = Vec::new();
    for (plural, noun) in vocabulary.nouns.iter().filter(|(plural, noun)| same(plural) || same(&noun.singular)) {
        let field = noun.role.field();
        told.push(format!(
            "{plural}: a noun; `{plural} …` makes them the rows, and `{}:…` tests the {field} of a fact",
            noun.singular
        ));
    }
    for (name, grouping) in vocabulary.groups.iter().filter(|(name, _)| same(name)) {
        let by =
            if grouping.partition.is_some() { format!(" and counted as `| count by {name}`") } else { String::new() };
        told.push(format!("{name}: a grouping ({}), tested as `{name}:…`{by}", grouping.about));
    }
    for (name, status) in vocabulary.status.iter().filter(|(name, _)| same(name)) {
        let acts = |edges: &[Transition]| edges.iter().map(|edge| edge.by.as_str()).collect::<Vec<_>>().join(", ");
        let plural = schema.noun_of(Role::Subject).map_or("…", |_| {
            vocabulary.nouns.iter().find(|(_, noun)| noun.role == Role::Subject).map_or("…", |(plural, _)| plural)
        });
        let (open, close) = (acts(&status.open), acts(&status.close));
        told.push(format!(
            "{name}: a status, from {open} until {close}; for example `{plural} {name}:…`, `{plural} {name}:*`, `{plural} {name}:none`"
        ));
    }
    if let Some(action) = schema.action_word(word) {
        let label = |name: &String| schema.action(name).map_or_else(|| name.clone(), |action| action.label.clone());
        let labels: Vec<String> = action.actions.iter().map(label).collect();
        told.push(format!("{word}: an action; it finds facts of {}", labels.join(", ")));
    }
    if let Some(field) = schema.field(word) {
        let about = if field.about.is_empty() { String::new() } else { format!(": {}", field.about) };
        let test = if field.kind == FieldKind::Date { format!("{word} in 2025") } else { format!("{word}:…") };
        told.push(format!("{word}: a field that holds {}{about}; for example `{test}`", field.kind.name()));
    }
    if let Resolution::One(number) = entities.resolve(word) {
        let entity = entities.get(number);
        told.push(format!("{word}: the name of {} ({})", entity.name, entity.kind));
    }
    if told.is_empty() && same("line") {
        told.push("line: an entity together with those that it succeeds or continues; for example `line:…`".to_owned());
    }
    (!told.is_empty()).then(|| told.join("\n"))
}

/// What there is on a topic, in Markdown; `in_world` describes a word of the world that is open.
pub fn page_on(topic: &str, in_world: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let topic = topic.trim_matches(|sign: char| !sign.is_alphanumeric());
    let sections = all_sections();
    let section = sections.iter().find(|section| section.is_about(topic));
    let section = section.or_else(|| sections.iter().find(|section| section.has_in_title(topic)));
    let keywords = TABLE.iter().filter(|keyword| is_named(keyword, topic));
    let mut parts: Vec<String> = Vec::new();
    let lines: Vec<String> = keywords
        .map(|keyword| format!("{}: {}; for example `{}`", keyword.word, keyword.help, keyword.example))
        .collect();
    parts.extend((!lines.is_empty()).then(|| lines.join("\n\n")));
    parts.extend(section.map(|section| section.text.trim_end().to_owned()));
    if parts.is_empty() {
        return in_world(topic).or_else(|| mention_of(topic, &sections));
    }
    Some(parts.join("\n\n"))
}

/// Whether a topic is a word of the language, or the first words of its example: `share of`.
fn is_named(keyword: &Keyword, topic: &str) -> bool {
    let begins = || {
        let (start, rest) = keyword.example.split_at_checked(topic.len())?;
        Some(topic.contains(' ') && start.eq_ignore_ascii_case(topic) && rest.starts_with(' '))
    };
    keyword.word.eq_ignore_ascii_case(topic) || begins().unwrap_or(false)
}

/// The most chapters that are named for a word which they only mention.
const MOST_MENTIONS: usize = 4;

/// The first lines of the manual that have a word, and the chapters that do.
fn mention_of(topic: &str, sections: &[Section<'_>]) -> Option<String> {
    let mentions: Vec<&Section> =
        sections.iter().filter(|section| section.level == 2 && section.mentions(topic)).collect();
    let first = mentions.first().filter(|_| mentions.len() <= MOST_MENTIONS)?;
    let lines: Vec<&str> = first.text.lines().filter(|line| has_word(line, topic)).take(4).collect();
    let titles: Vec<String> = mentions.iter().map(|section| format!("`help {}`", plain_title(section.title))).collect();
    Some(format!("{}\n\nMore: {}", lines.join("\n"), titles.join(", ")))
}

/// That there is nothing on a topic; `more` says where to look.
pub fn unknown(topic: &str, more: &str) -> CommandFailure {
    let topic = topic.trim();
    let titles: Vec<String> = all_sections().iter().map(|section| plain_title(section.title)).collect();
    let parts = titles.iter().flat_map(|title| title.split(' '));
    let known = titles.iter().map(String::as_str).chain(TABLE.iter().map(|keyword| keyword.word)).chain(parts);
    let mend =
        nearest(&plain_title(topic), known).map_or_else(|| more.to_owned(), |near| format!("did you mean `{near}`?"));
    CommandFailure::Usage(format!("the manual has no topic `{topic}`; {mend}"))
}
