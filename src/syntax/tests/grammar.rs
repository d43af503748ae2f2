//! The grammar on paper and the parser say the same: sentences are made from
//! `grammar/tractat.ebnf`, and the parser must take each.

use std::collections::{BTreeSet, HashMap};

use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};

use crate::syntax::keyword::{Keyword, MONTHS, TABLE, month_number};
use crate::syntax::{format_script, parse_query, parse_script, print_query, print_script, reserved_words};

const GRAMMAR: &str = include_str!("../../../grammar/tractat.ebnf");

#[derive(Debug, Clone)]
enum Rule {
    Literal(String),
    Set(String),
    Name(String),
    All(Vec<Rule>),
    Any(Vec<Rule>),
    Optional(Box<Rule>),
    Repeated(Box<Rule>),
    Except(Box<Rule>, Box<Rule>),
}

/// Reads the notation that the file describes.
fn read(grammar: &str) -> HashMap<String, Rule> {
    let mut tokens = Vec::new();
    let mut rest = grammar.trim_start();
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '(' if rest.starts_with("(*") => {
                rest = rest[rest.find("*)").unwrap() + 2..].trim_start();
                continue;
            }
            '"' | '\'' | '?' => rest[1..].find(first).unwrap() + 2,
            _ if first.is_alphanumeric() => {
                rest.find(|next: char| !next.is_alphanumeric() && next != '_').unwrap_or(rest.len())
            }
            _ => first.len_utf8(),
        };
        tokens.push(&rest[..end]);
        rest = rest[end..].trim_start();
    }
    let mut rules = HashMap::new();
    let mut at = 0;
    while at < tokens.len() {
        let name = tokens[at].to_owned();
        assert_eq!(tokens[at + 1], "=", "{name}");
        at += 2;
        let rule = alternatives(&tokens, &mut at);
        assert_eq!(tokens[at], ";", "{name}");
        at += 1;
        assert!(rules.insert(name.clone(), rule).is_none(), "`{name}` is there twice");
    }
    rules
}

fn alternatives(tokens: &[&str], at: &mut usize) -> Rule {
    let mut any = vec![sequence(tokens, at)];
    while tokens[*at] == "|" {
        *at += 1;
        any.push(sequence(tokens, at));
    }
    if any.len() == 1 { any.remove(0) } else { Rule::Any(any) }
}

fn sequence(tokens: &[&str], at: &mut usize) -> Rule {
    let mut all = Vec::new();
    loop {
        let token = tokens[*at];
        let rule = match token {
            "|" | ";" | ")" | "]" | "}" => break,
            "-" => {
                *at += 1;
                let except = item(tokens, at);
                let rule = all.pop().expect("something stands before `-`");
                all.push(Rule::Except(Box::new(rule), Box::new(except)));
                continue;
            }
            _ => item(tokens, at),
        };
        all.push(rule);
    }
    if all.len() == 1 { all.remove(0) } else { Rule::All(all) }
}

fn item(tokens: &[&str], at: &mut usize) -> Rule {
    let token = tokens[*at];
    *at += 1;
    let inner = |at: &mut usize| {
        let rule = alternatives(tokens, at);
        *at += 1;
        rule
    };
    match token {
        "(" => inner(at),
        "[" => Rule::Optional(Box::new(inner(at))),
        "{" => Rule::Repeated(Box::new(inner(at))),
        _ => match token.chars().next().unwrap() {
            '"' | '\'' => Rule::Literal(token[1..token.len() - 1].to_owned()),
            '?' => Rule::Set(token.trim_matches('?').trim().to_owned()),
            _ => Rule::Name(token.to_owned()),
        },
    }
}

struct Maker {
    rules: HashMap<String, Rule>,
    random: TestRng,
}

impl Maker {
    fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.random.next_u64() % u64::try_from(count).unwrap()).unwrap()
    }

    /// The parts of a sentence, between which blanks stand; in rules in upper
    /// case (`tight`) what stands between blanks is one part.
    fn make(&mut self, rule: &Rule, tight: bool, depth: usize) -> Vec<String> {
        match rule {
            Rule::Literal(text) => vec![self.cased(text)],
            Rule::Set(set) => vec![self.character(set)],
            Rule::Name(name) => {
                let rule = self.rules.get(name).unwrap_or_else(|| panic!("`{name}` is not defined")).clone();
                let upper = name.starts_with(char::is_uppercase);
                let parts = self.make(&rule, upper, depth + 1);
                match (upper, tight) {
                    (true, _) => vec![parts.concat()],
                    (false, true) => vec![self.spaced(parts)],
                    (false, false) => parts,
                }
            }
            Rule::All(all) => all.iter().flat_map(|rule| self.make(rule, tight, depth)).collect(),
            Rule::Any(any) => {
                // Deep down, the last alternatives are the plain ones.
                let from = if depth > 14 { any.len() - any.len().min(2) } else { 0 };
                let chosen = from + self.below(any.len() - from);
                self.make(&any[chosen], tight, depth)
            }
            Rule::Optional(rule) => {
                if self.below(if depth > 14 { 8 } else { 2 }) == 1 {
                    self.make(rule, tight, depth)
                } else {
                    Vec::new()
                }
            }
            Rule::Repeated(rule) => {
                let most = if depth > 14 { 1 } else { 3 };
                (0..self.below(most)).flat_map(|_| self.make(rule, tight, depth)).collect()
            }
            Rule::Except(rule, except) => loop {
                let parts = self.make(rule, tight, depth);
                let text = parts.concat();
                if !self.words(except).iter().any(|word| word.eq_ignore_ascii_case(&text)) {
                    return vec![text];
                }
            },
        }
    }

    fn words(&self, rule: &Rule) -> Vec<String> {
        match rule {
            Rule::Literal(word) => vec![word.clone()],
            Rule::Any(any) => any.iter().flat_map(|rule| self.words(rule)).collect(),
            Rule::Name(name) => self.words(&self.rules[name]),
            other => panic!("not a list of words: {other:?}"),
        }
    }

    /// A keyword now and then in other letters.
    fn cased(&mut self, word: &str) -> String {
        let keyword = word.len() > 1 && word.chars().all(|letter| letter.is_ascii_lowercase());
        if keyword && self.below(12) == 0 { word.to_uppercase() } else { word.to_owned() }
    }

    fn character(&mut self, set: &str) -> String {
        let from = match set {
            "a letter of any script" => "abcdefghijklmnopqrstuvwxyzABCXYéßжم東ก",
            "letters, digits and signs of patterns" => "abc09.*+?[]()|^$ \"'#{}é",
            "any character but blanks, quotes and \\" => "abcxyz09.,;:|(){}[]#$/-'é東",
            other => panic!("no such set of characters: {other}"),
        };
        let characters: Vec<char> = from.chars().collect();
        characters[self.below(characters.len())].to_string()
    }

    fn sentence(&mut self, start: &str) -> String {
        let parts = self.make(&Rule::Name(start.to_owned()), false, 0);
        self.spaced(parts)
    }

    fn spaced(&mut self, parts: Vec<String>) -> String {
        let mut out = String::new();
        for part in parts {
            let tight = out.ends_with(['(', '{', ',', '|']) || part.starts_with([')', '}', ',', '|']);
            match self.below(20) {
                _ if out.is_empty() => {}
                0..12 if tight => {}
                0 => out.push_str("\n  "),
                1 => out.push_str(" # (a comment | \n\t"),
                2 => out.push_str("  "),
                _ => out.push(' '),
            }
            out.push_str(&part);
        }
        out
    }
}

fn maker(seed: u8) -> Maker {
    Maker { rules: read(GRAMMAR), random: TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]) }
}

#[test]
fn every_sentence_of_the_grammar_parses_and_prints_as_itself() {
    let mut maker = maker(7);
    for number in 0..3000 {
        let text = maker.sentence("query");
        let parsed = parse_query(&text);
        let rendered: Vec<String> = parsed.diagnostics.iter().map(|wrong| wrong.render(&text)).collect();
        assert!(rendered.is_empty(), "sentence {number}:\n{text}\n{}", rendered.join("\n"));
        let tree = parsed.tree.unwrap();
        let printed = print_query(&tree);
        let again = parse_query(&printed);
        assert_eq!(again.tree.as_ref(), Some(&tree), "sentence {number}:\n{text}\n{printed}\n{:?}", again.diagnostics);
        assert_eq!(print_query(&again.tree.unwrap()), printed);
    }
}

#[test]
fn every_file_of_the_grammar_parses_and_prints_as_itself() {
    let mut maker = maker(11);
    for number in 0..500 {
        let text = maker.sentence("script");
        let parsed = parse_script(&text);
        let rendered: Vec<String> = parsed.diagnostics.iter().map(|wrong| wrong.render(&text)).collect();
        assert!(rendered.is_empty(), "file {number}:\n{text}\n{}", rendered.join("\n"));
        let tree = parsed.tree.unwrap();
        let printed = print_script(&tree);
        assert_eq!(parse_script(&printed).tree.as_ref(), Some(&tree), "file {number}:\n{text}\n{printed}");
        let formatted = format_script(&text).expect("it parses");
        assert_eq!(parse_script(&formatted).tree, Some(tree), "file {number}:\n{text}\n{formatted}");
        assert_eq!(format_script(&formatted).expect("it parses"), formatted, "file {number}:\n{text}");
        assert_eq!(
            text.matches("(a comment |").count(),
            formatted.matches("(a comment |").count(),
            "{text}\n{formatted}"
        );
    }
}

/// The words in the literals of a rule.
fn words_of(rule: &Rule, words: &mut BTreeSet<String>) {
    match rule {
        Rule::Literal(text) => words.extend(
            text.split(|letter: char| !letter.is_alphabetic()).filter(|word| !word.is_empty()).map(str::to_lowercase),
        ),
        Rule::All(rules) | Rule::Any(rules) => rules.iter().for_each(|rule| words_of(rule, words)),
        Rule::Optional(rule) | Rule::Repeated(rule) => words_of(rule, words),
        Rule::Except(rule, except) => [rule, except].into_iter().for_each(|rule| words_of(rule, words)),
        Rule::Set(_) | Rule::Name(_) => {}
    }
}

#[test]
fn every_word_of_the_table_is_in_the_grammar_and_every_word_of_the_grammar_is_in_the_table() {
    let mut grammar = BTreeSet::new();
    let rules = read(GRAMMAR);
    // The list of reserved words is no use of them, and months are no keywords.
    for (_, rule) in rules.iter().filter(|(name, _)| *name != "KEYWORD" && *name != "month") {
        words_of(rule, &mut grammar);
    }
    // `192X`, `1920s`, `J1752-09-02`, `1e5`
    grammar.retain(|word| !["xx", "s", "j", "e"].contains(&word.as_str()));
    // Of all percentiles the table has one.
    let word = |entry: &Keyword| entry.word.trim_end_matches(|last: char| last.is_ascii_digit()).to_owned();
    let table: BTreeSet<String> = TABLE.iter().map(word).collect();
    assert_eq!(grammar, table);
}

#[test]
fn the_grammar_has_the_months_that_the_parser_reads() {
    let mut grammar = BTreeSet::new();
    words_of(&read(GRAMMAR)["month"], &mut grammar);
    let short = MONTHS.iter().map(|month| month[..3].to_lowercase());
    let full = MONTHS.iter().map(|month| month.to_lowercase());
    assert_eq!(grammar, full.chain(short).chain(["sept".to_owned()]).collect());
    assert!(grammar.iter().all(|month| month_number(month).is_some()));
}

#[test]
fn the_grammar_and_the_table_reserve_the_same_words() {
    let maker = maker(0);
    let mut words = maker.words(&Rule::Name("KEYWORD".to_owned()));
    let mut reserved: Vec<String> = reserved_words().iter().map(|&word| word.to_owned()).collect();
    words.sort();
    reserved.sort();
    assert_eq!(words, reserved);
}
