//! Everything that the language has to say of a query, each with a query that
//! makes it say so. `tests/golden/diagnostics.txt` has the queries,
//! `grammar/DIAGNOSTICS.md` has what is printed, `TRACTAT_BLESS=1` writes it anew; what is nowhere
//! printed though the source has it fails.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use regex::Regex;
use tractat::syntax::Diagnostic;
use tractat::syntax::tree::When;
use tractat::{Date, Error, Parameter, QueryOptions, QueryProblem, Store};

use crate::golden;
use crate::literals::{Literal, literals};
use crate::manual::keep_bundled_store;
use crate::questions::world;

static GIVEN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^\[(\w+)([=#*$])([^\]]*)\] ").unwrap());
static TIMES: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"⟨([^⟩]+)\*(\d+)⟩").unwrap());
static LETTER: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"⟨U\+([0-9A-F]+)⟩").unwrap());
static COMMITTED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"its first commit was at [-0-9T:.Z]+").unwrap());

/// The day that `today` means.
const TODAY: &str = "2026-11-23";

/// Where messages to people about their queries stand in the source.
const SOURCES: &[&str] = &[
    "src/say/syntax",
    "src/say/query",
    "src/say/diagnostic.rs",
    "src/plan",
    "src/say/remarks.rs",
    "src/store/query.rs",
    "src/cli/script",
];

/// What no query of the bundled world can trigger, and why.
const EXCEPTIONS: &[(&str, &[&str])] = &[
    (
        "no name of the bundled world is shared, so that these are tested in a world of their own",
        &[
            "several entities are named `{name}`",
            "write one of {holders}",
            "`{name}` is read as the id of {entity}, and is also the name of another",
            "for the other, write {others}",
        ],
    ),
    (
        "all that its statuses are made of is known too well, so that these are tested in a world of their own",
        &["might belong to another `{grouping}`"],
    ),
    (
        "the world is covered otherwise, and where it lacks a date it has the rule, so that these are tested in a \
         world of their own",
        &["on earlier days", "recorded only until {}", "as many as any rule here requires"],
    ),
    (
        "no field of the bundled world is open, so that these are tested in a world of their own",
        &["1 more has it in a text", "more have it in a text"],
    ),
    ("the tests have no time zone of their own", &["where you are"]),
    (
        "other golden files and the manual have them",
        &[
            "nearest: from {day}",
            "{count} rows that tie",
            "{count} more might come after these: dates are imprecise",
            "what `{name}` publishes is not asked for: `{account}`",
            "is also spelt {}, which {are} left out",
        ],
    ),
    (
        "the parser lets nothing through to it: only a tree or a value that a program makes could",
        &[
            "the date is not known here",
            "`this month`, `last 3 months`, `next 3 months`",
            "`distinct` needs a column",
            "`distinct subject`, `distinct subject, object`",
            "there is no query named `{name}`",
            "a file of queries can define it",
        ],
    ),
    (
        "it takes more files than a line here has room for",
        &["files include each other more than {DEEPEST} levels deep", "include them one after the other in one file"],
    ),
    ("the prompt says it in place of the name of a file", &["the working directory", "the prompt"]),
];

/// A query of the golden file.
pub struct Entry {
    /// As it is typed.
    pub text: String,
    pub kind: Kind,
    /// Its parameters, as they are told and as they are given.
    parameters: Vec<(String, String, Parameter)>,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    /// One query.
    Query,
    /// The same of the other bundled world.
    OfVotes,
    /// Statements, each on its line, checked.
    Statements,
    /// The same, run as a file by the program.
    Run,
}

/// What is said of a query.
pub struct Told {
    /// As it is printed.
    printed: String,
    pub diagnostics: Vec<Diagnostic<QueryProblem>>,
}

/// Queries that belong together.
pub struct Group {
    title: String,
    about: String,
    pub entries: Vec<Entry>,
}

pub fn groups() -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for line in include_str!("../golden/diagnostics.txt").lines() {
        if let Some(title) = line.strip_prefix("# ") {
            groups.push(Group { title: title.to_owned(), about: String::new(), entries: Vec::new() });
        } else if let Some(about) = line.strip_prefix("> ") {
            let group = groups.last_mut().expect("a heading first");
            writeln!(group.about, "{about}").unwrap();
        } else if !line.trim().is_empty() {
            groups.last_mut().expect("a heading first").entries.push(Entry::read(line));
        }
    }
    groups
}

impl Entry {
    /// `file: a ⏎ b` are statements and `run: …` a file that is run; `[n=70]`
    /// before a query gives a parameter, `[n#70]` a number, `[n*a]` a list within a
    /// list, `[n$d]` a date that is a parameter; `⟨(*65⟩` is so many
    /// of it, `⟨U+1B⟩` a character.
    pub fn read(line: &str) -> Self {
        let kinds = [("file: ", Kind::Statements), ("run: ", Kind::Run), ("votes: ", Kind::OfVotes)];
        let kind = kinds.into_iter().find_map(|(mark, kind)| Some((kind, line.strip_prefix(mark)?)));
        let (kind, mut rest) = kind.unwrap_or((Kind::Query, line));
        let mut parameters = Vec::new();
        while let Some(captures) = GIVEN.captures(rest) {
            let [name, sign, value] = [1, 2, 3].map(|group| captures[group].to_owned());
            let text = |text: &str| Parameter::Text(text.to_owned());
            let (told, value) = match value.split(',').collect::<Vec<_>>().as_slice() {
                [_] if sign == "#" => {
                    (format!("`${name}` is the number {value}"), Parameter::Number(value.parse().unwrap()))
                }
                [one] if sign == "*" => {
                    let list = Parameter::List(vec![text(one)]);
                    (format!("`${name}` is a list of the list `{one}`"), Parameter::List(vec![list]))
                }
                [one] if sign == "$" => {
                    let date = When::Parameter((*one).to_owned());
                    (format!("`${name}` is the date `${one}`"), Parameter::Date(date))
                }
                [one] => (format!("--param {name}={one}"), text(one)),
                several => {
                    (format!("--param {name}={value}"), Parameter::List(several.iter().map(|one| text(one)).collect()))
                }
            };
            parameters.push((name, told, value));
            rest = &rest[captures[0].len()..];
        }
        let text = TIMES.replace_all(rest, |found: &regex::Captures| found[1].repeat(found[2].parse().unwrap()));
        let text = LETTER.replace_all(&text, |found: &regex::Captures| {
            char::from_u32(u32::from_str_radix(&found[1], 16).unwrap()).unwrap().to_string()
        });
        Self { text: text.replace(" ⏎ ", "\n"), kind, parameters }
    }

    pub fn options(&self) -> QueryOptions {
        let today = Some(Date::parse(TODAY).unwrap().earliest());
        let parameters = self.parameters.iter().map(|(name, _, value)| (name.as_str(), value.clone())).collect();
        QueryOptions::new().today(today).parameters(parameters)
    }

    pub fn told(&self, place: &Surroundings) -> Told {
        let store = &place.store;
        let mut told = match self.kind {
            Kind::Query => self.told_of_query(store),
            Kind::OfVotes => self.told_of_query(&place.votes),
            Kind::Statements => {
                let diagnostics = store.diagnose_script(&self.text, &self.options());
                Told { printed: rendered(&diagnostics, &self.text), diagnostics }
            }
            Kind::Run => self.told_by_program(place.folder.path()),
        };
        let parameters = self.parameters.iter().map(|(_, told, _)| format!("{told}\n"));
        told.printed = parameters.chain([told.printed]).collect();
        told
    }

    fn told_of_query(&self, store: &Store) -> Told {
        let mut answer = match store.query_with(&self.text, &self.options()) {
            Err(Error::Query(diagnostics)) => {
                return Told { printed: rendered(&diagnostics, &self.text), diagnostics };
            }
            Err(other) => return Told { printed: format!("{}\n{other}", self.text), diagnostics: Vec::new() },
            Ok(answer) => answer,
        };
        if let Some(error) = answer.by_ref().find_map(Result::err) {
            return Told { printed: format!("{}\n{error}", self.text), diagnostics: Vec::new() };
        }
        let mut printed = format!("{}\n{}\n", self.text, answer.summary());
        for hint in answer.hints() {
            let (message, help) = (hint.message(), hint.help());
            let help = help.iter().flat_map(|help| help.lines());
            for (index, line) in std::iter::once(message.as_str()).chain(help).enumerate() {
                writeln!(printed, "{} {line}", if index == 0 { "hint:" } else { "     " }).unwrap();
            }
        }
        // The store of a test was made just now.
        let printed = COMMITTED.replace(&printed, "its first commit was at 2026-11-23T08:15:00Z").into_owned();
        Told { printed, diagnostics: answer.hints().to_vec() }
    }

    fn told_by_program(&self, folder: &Path) -> Told {
        std::fs::write(folder.join("report.tq"), &self.text).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_tractat"))
            .args(["run", "report.tq", "--today", TODAY])
            .args(self.parameters.iter().flat_map(|(_, told, _)| told.split(' ')))
            .env_remove("TRACTAT_STORE")
            .env("HOME", folder)
            .env("XDG_DATA_HOME", folder)
            .current_dir(folder)
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        Told { printed: text, diagnostics: Vec::new() }
    }
}

fn rendered(diagnostics: &[Diagnostic<QueryProblem>], text: &str) -> String {
    diagnostics.iter().map(|diagnostic| diagnostic.render(text)).collect::<Vec<_>>().join("\n")
}

/// The store that the queries ask, and the folder in which files are run.
pub struct Surroundings {
    pub store: Store,
    pub votes: Store,
    folder: tempfile::TempDir,
}

impl Surroundings {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("rows.csv", "count\n3\n");
        write("rows.txt", "3\n");
        write("bad.json", "[3");
        write("order.json", r#"[{"ottawa":"yes","count":5},{"ottawa":"no","count":18}]"#);
        write("twice.csv", "action\nwithdrawn\n");
        write("again.tq", "include \"report.tq\"\n");
        std::fs::create_dir(folder.path().join("folder")).unwrap();
        std::fs::write(folder.path().with_extension("tq"), "| count\n").unwrap();
        std::os::unix::fs::symlink(folder.path().with_extension("tq"), folder.path().join("link.tq")).unwrap();
        let new = Self { store: world("treaties"), votes: world("votes"), folder };
        keep_bundled_store(new.folder.path());
        new
    }
}

#[test]
fn every_message_is_in_the_catalogue_with_a_query_that_triggers_it() {
    let place = Surroundings::new();
    let page = include_str!("../../grammar/DIAGNOSTICS.md");
    let introduction = page.find("\n## ").map_or(page, |end| &page[..end]);
    let mut page = introduction.to_owned();
    let mut texts = Vec::new();
    let mut silent = Vec::new();
    for group in groups() {
        write!(page, "\n## {}\n\n{}\n```text\n", group.title, group.about).unwrap();
        for (number, entry) in group.entries.iter().enumerate() {
            let told = entry.told(&place);
            let printed = told.printed.trim_end();
            if told.diagnostics.is_empty() && entry.kind == Kind::Statements {
                silent.push(entry.text.clone());
            }
            let gap = if number == 0 { "" } else { "\n" };
            writeln!(page, "{gap}{}", shown(printed)).unwrap();
            texts.push(told.printed.clone());
            texts.extend(told.diagnostics.into_iter().flat_map(|told| [Some(told.message()), told.help()]).flatten());
        }
        page.push_str("```\n");
    }
    assert!(silent.is_empty(), "nothing is said of {silent:#?}");
    golden::check("grammar/DIAGNOSTICS.md", &page);
    complete(&texts);
}

/// Every message of the source must be one of some texts, or be excepted; and
/// nothing is excepted without need.
fn complete(texts: &[String]) {
    let sources = literals(SOURCES);
    let mut missing: Vec<&Literal> = sources
        .iter()
        .filter(|literal| literal.is_prose())
        .filter(|literal| !texts.iter().any(|text| literal.is_in(text)))
        .collect();
    let exceptions = EXCEPTIONS.iter().flat_map(|(_, texts)| *texts);
    let idle: Vec<_> = exceptions.filter(|text| !missing.iter().any(|literal| literal.text.contains(*text))).collect();
    assert!(idle.is_empty(), "these are not exceptions: {idle:#?}");
    missing.retain(|literal| !EXCEPTIONS.iter().flat_map(|(_, texts)| *texts).any(|text| literal.text.contains(text)));
    let missing: Vec<String> = missing.iter().map(|literal| format!("{}: {}", literal.place, literal.text)).collect();
    assert!(missing.is_empty(), "these messages are triggered by no query of the list:\n{}", missing.join("\n"));
}

/// Lines that no page is too narrow for.
fn shown(printed: &str) -> String {
    const WIDTH: usize = 140;
    let cut = |line: &str| {
        let kept: String = line.chars().take(WIDTH).collect();
        if kept.len() < line.len() { format!("{kept}…") } else { kept }
    };
    printed.lines().map(cut).collect::<Vec<_>>().join("\n")
}
