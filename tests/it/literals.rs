//! The prose that stands in Rust source: its string literals of several words,
//! each as the pieces around what is put in.

use std::path::{Path, PathBuf};

/// A string literal of the source.
pub struct Literal {
    /// The file and the line.
    pub place: String,
    /// As it is written, escapes read.
    pub text: String,
    /// What stands around the parts that are put in.
    pieces: Vec<String>,
}

impl Literal {
    fn new(place: String, text: String) -> Self {
        let mut pieces = vec![String::new()];
        let mut letters = text.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '{' | '}' if letters.peek() == Some(&letter) => {
                    letters.next();
                    pieces.last_mut().unwrap().push(letter);
                }
                '{' => {
                    letters.by_ref().find(|letter| *letter == '}');
                    pieces.push(String::new());
                }
                _ => pieces.last_mut().unwrap().push(letter),
            }
        }
        Self { place, text, pieces }
    }

    /// Whether it is read by people: two words at least, side by side.
    pub fn is_prose(&self) -> bool {
        let is_word = |word: &str| {
            let word = word.trim_matches(|letter: char| letter.is_ascii_punctuation() && letter != '_');
            word.len() >= 2 && word.bytes().all(|byte| byte.is_ascii_alphabetic())
        };
        self.pieces.iter().any(|piece| {
            let words: Vec<&str> = piece.split(' ').collect();
            words.windows(2).any(|pair| pair.iter().all(|word| is_word(word)))
        })
    }

    /// Whether a text has it, with anything in the places of what is put in.
    pub fn is_in(&self, text: &str) -> bool {
        let mut rest = Some(text);
        for piece in &self.pieces {
            rest = rest.and_then(|rest| rest.find(piece.as_str()).map(|at| &rest[at + piece.len()..]));
        }
        rest.is_some()
    }
}

/// The literals of some files and folders, those of tests left out.
pub fn literals(places: &[&str]) -> Vec<Literal> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<PathBuf> = places.iter().flat_map(|place| files(&root.join(place))).collect();
    files.sort();
    let of_file = |file: &PathBuf| {
        let source = std::fs::read_to_string(file).unwrap();
        let source = source.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        let name = file.strip_prefix(root).unwrap().display().to_string();
        scan(source).into_iter().map(move |(line, text)| Literal::new(format!("{name}:{line}"), text))
    };
    files.iter().flat_map(|file| of_file(file).collect::<Vec<_>>()).collect()
}

fn files(place: &Path) -> Vec<PathBuf> {
    if place.is_file() {
        return vec![place.to_owned()];
    }
    let entries = std::fs::read_dir(place).unwrap_or_else(|_| panic!("{}", place.display()));
    let entries = entries.map(|entry| entry.unwrap().path());
    entries
        .filter(|entry| !entry.ends_with("tests") && !entry.ends_with("tests.rs"))
        .flat_map(|entry| files(&entry))
        .collect()
}

/// The string literals of a source, with their lines.
pub fn scan(source: &str) -> Vec<(usize, String)> {
    let letters: Vec<char> = source.chars().collect();
    let at = |place: usize| letters.get(place).copied().unwrap_or('\0');
    let (mut found, mut line, mut place) = (Vec::new(), 1, 0);
    while place < letters.len() {
        match at(place) {
            '\n' => line += 1,
            '/' if at(place + 1) == '/' => {
                while place < letters.len() && at(place + 1) != '\n' {
                    place += 1;
                }
            }
            // A letter in quotes, and not a lifetime.
            '\'' if at(place + 1) == '\\' => {
                place += 3;
                while at(place) != '\'' {
                    place += 1;
                }
            }
            '\'' if at(place + 2) == '\'' => place += 2,
            'r' if matches!(at(place + 1), '"' | '#') && !at(place.wrapping_sub(1)).is_alphanumeric() => {
                let marks = letters[place + 1..].iter().take_while(|letter| **letter == '#').count();
                if at(place + 1 + marks) == '"' {
                    let start = place + 2 + marks;
                    let ends = |end: &usize| at(*end) == '"' && (1..=marks).all(|mark| at(end + mark) == '#');
                    let end = (start..letters.len()).find(ends).expect("the literal ends");
                    let text: String = letters[start..end].iter().collect();
                    let lines = text.matches('\n').count();
                    found.push((line, text));
                    line += lines;
                    place = end + marks;
                }
            }
            '"' => {
                let start = line;
                let mut text = String::new();
                place += 1;
                while at(place) != '"' {
                    place += literal_letter(&letters, place, &mut line, &mut text);
                }
                found.push((start, text));
            }
            _ => {}
        }
        place += 1;
    }
    found
}

/// Reads a letter within a literal, and tells how many it takes.
fn literal_letter(letters: &[char], place: usize, line: &mut usize, text: &mut String) -> usize {
    if letters[place] != '\\' {
        *line += usize::from(letters[place] == '\n');
        text.push(letters[place]);
        return 1;
    }
    match letters[place + 1] {
        '\n' => {
            *line += 1;
            2 + letters[place + 2..].iter().take_while(|letter| letter.is_whitespace()).count()
        }
        'n' => {
            text.push('\n');
            2
        }
        't' => {
            text.push('\t');
            2
        }
        'u' => letters[place..].iter().position(|letter| *letter == '}').unwrap_or(1) + 1,
        other => {
            text.push(other);
            2
        }
    }
}

#[test]
fn literals_are_read_as_they_are_printed() {
    let source = "// \"no\"\nlet a = '\"'; f(\"one \\\n   two {x:>3} \\\"a\\\" {{b}}\");\nlet b: &'static str = \"\\n\"; r#\"\\ \"\"#";
    let found = scan(source);
    assert_eq!(found[1..], [(4, "\n".to_owned()), (4, "\\ \"".to_owned())]);
    assert_eq!(found[0], (2, "one two {x:>3} \"a\" {{b}}".to_owned()));
    let literal = Literal::new(String::new(), found[0].1.clone());
    assert!(literal.is_prose() && literal.is_in("so: one two many \"a\" {b}") && !literal.is_in("one two \"a\" b"));
}
