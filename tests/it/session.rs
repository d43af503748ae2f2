//! A session at a terminal, for tests: a folder with files in it, and commands
//! whose output, complaints and exit code are compared.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use regex::Regex;
use tempfile::TempDir;

/// The day that `today` means in sessions.
const TODAY: &str = "2026-11-23";

/// A folder of its own, with a home of its own.
pub struct Session {
    folder: TempDir,
}

/// What a command did.
#[must_use = "a command is run to see what it does"]
pub struct Ran {
    command: String,
    stdout: String,
    stderr: String,
    code: Option<i32>,
}

impl Session {
    /// In an empty folder.
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("there is room for a folder") }
    }

    /// In a folder with a store of a small world of boards and who sits on them.
    pub fn with_boards() -> Self {
        let session = Self::new();
        session.file("world/vocabulary.toml", BOARDS).file("world/entities/all.jsonl", MEMBERS);
        session.file("world/facts/all.jsonl", SEATS);
        session.run("init boards.tractat --world world").succeeds();
        session
    }

    /// Writes a file.
    pub fn file(&self, name: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("folders can be made");
        std::fs::write(path, text).expect("files can be written");
        self
    }

    /// Where a file of the session is.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs `tractat` with arguments as a shell would split them.
    pub fn run(&self, arguments: &str) -> Ran {
        self.run_reading(arguments, "")
    }

    /// The same, with something on the standard input.
    pub fn run_reading(&self, arguments: &str, input: &str) -> Ran {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary can be run");
        // A command that reads nothing may have ended already.
        let _ = child.stdin.take().expect("the input is a pipe").write_all(input.as_bytes());
        self.ran(arguments, child.wait_with_output().expect("the binary ends"))
    }

    /// Runs a line of the shell, in which `tractat` is the program.
    pub fn shell(&self, line: &str) -> Ran {
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("tractat() {{ \"$PROGRAM\" \"$@\" --today {TODAY}; }}\n{line}"));
        command.env("PROGRAM", env!("CARGO_BIN_EXE_tractat")).stdin(Stdio::null());
        self.at_home(&mut command);
        self.ran(line, command.output().expect("there is a shell"))
    }

    fn ran(&self, command: &str, output: Output) -> Ran {
        let text = |bytes| self.masked(&String::from_utf8(bytes).expect("all output is UTF-8"));
        Ran {
            command: command.to_owned(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
            code: output.status.code(),
        }
    }

    /// The command itself, for what a builder cannot say.
    pub fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tractat"));
        command.args(words(arguments));
        self.at_home(&mut command);
        if !arguments.contains("--today") && !arguments.starts_with("completions") {
            command.args(["--today", TODAY]);
        }
        command
    }

    /// Runs a command in the folder of the session, by somebody whose home it is.
    fn at_home(&self, command: &mut Command) {
        command
            .current_dir(self.folder.path())
            .env_remove("TRACTAT_STORE")
            .env_remove("NO_COLOR")
            .env("USER", "somebody")
            .env("HOME", self.folder.path().join("home"))
            .env("XDG_DATA_HOME", self.folder.path().join("home/data"))
            .env("XDG_STATE_HOME", self.folder.path().join("home/state"));
    }

    /// Without what differs from run to run: times, the folder's name and checksums.
    fn masked(&self, text: &str) -> String {
        let time = Regex::new(r"[0-9.]+ m?s\b(, [0-9,]+ records/s)?").expect("the pattern is well formed");
        let clock = Regex::new(r"\d{4}-\d\d-\d\dT[0-9:.]+Z").expect("the pattern is well formed");
        let checksum = Regex::new(r"\b[0-9a-f]{16,}\b").expect("the pattern is well formed");
        let text = text.replace(&*self.folder.path().to_string_lossy(), "DIR");
        let text = checksum.replace_all(&text, "CHECKSUM");
        clock.replace_all(&time.replace_all(&text, "TIME"), "CLOCK").into_owned()
    }
}

impl Ran {
    /// The standard output is exactly this; an empty first line is not part of it.
    #[track_caller]
    pub fn prints(self, expected: &str) -> Self {
        let expected = expected.strip_prefix('\n').unwrap_or(expected);
        assert_eq!(self.stdout, expected, "`{}` says: {}", self.command, self.stderr);
        self
    }

    /// It exits with this code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "`{}` prints: {}\nsays: {}", self.command, self.stdout, self.stderr);
        self
    }

    /// It exits as it should.
    #[track_caller]
    pub fn succeeds(self) {
        let _ = self.exits(0);
    }

    /// What it printed, for tests of a part of it.
    pub fn stdout(&self) -> &str {
        &self.stdout
    }

    /// What a transcript has below the command.
    pub fn transcript(&self) -> String {
        let escaped = |line: &str| {
            if line.starts_with(['$', '!', '#', '[', '\\']) { format!("\\{line}\n") } else { format!("{line}\n") }
        };
        let printed = self.stdout.lines().map(escaped);
        let said = self.stderr.lines().map(|line| format!("! {line}").trim_end().to_owned() + "\n");
        let code = self.code.filter(|code| *code != 0).map(|code| format!("[{code}]\n"));
        printed.chain(said).chain(code).collect()
    }

    /// Whether there is anything in its output that a terminal would obey.
    pub fn steers_a_terminal(&self) -> bool {
        steers_a_terminal(&self.stdout) || steers_a_terminal(&self.stderr)
    }
}

/// Whether there is anything that a terminal would obey.
pub fn steers_a_terminal(text: &str) -> bool {
    text.chars().any(|character| {
        (character.is_control() && character != '\n')
            || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    })
}

/// Splits as a shell does, for blanks and single quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in line.split('\'').enumerate() {
        if index % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// The names of the files in a folder, sorted.
pub fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("it can be listed").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

const BOARDS: &str = r#"
[world]
name = "boards"
about = "who sits on which board"

[fields.effective]
type = "date"
about = "when the act takes effect"

[fields.seats]
type = "integer"

[nouns.people]
singular = "person"
kinds = ["person"]
role = "subject"

[nouns.companies]
singular = "company"
kinds = ["company"]
role = "object"

[actions.appointed]
label = "appointment"
forms = ["appoints"]

[actions.resigned]
label = "resignation"
forms = ["resigns"]
"#;

const MEMBERS: &str = r#"{"entity":"ada","kind":"person","name":"Ada Lovelace","aliases":["Lovelace"]}
{"entity":"grace","kind":"person","name":"Grace Hopper"}
{"entity":"acme","kind":"company","name":"Acme"}
{"entity":"initech","kind":"company","name":"Initech"}
"#;

const SEATS: &str = r#"{"id":"a1","subject":"ada","action":"appointed","object":"acme","date":"2020-01-15","seats":1,"sources":[{"publisher":"Gazette"}]}
{"id":"g1","subject":"grace","action":"appointed","object":"acme","date":"2021","seats":2}
{"id":"a2","subject":"ada","action":"resigned","object":"acme","date":"2024-03","title":"Ada leaves","sources":[{"publisher":"Gazette","url":"https://example.org/1"}]}
{"id":"g2","subject":"grace","action":"appointed","object":"initech","date":"2024-05-02"}
"#;
