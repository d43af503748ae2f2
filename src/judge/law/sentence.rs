//! Sentences of the language at random: queries over the small world that
//! should mean something.

use super::random::Random;
use super::words::{
    ACTIONS, ATTRIBUTES, BASES, CLUBS, DAYS, FORMS, GROUPS, LENGTHS, NAMES, PEOPLE, PERIODS, RANGES, STEPS, TESTS,
    TEXTS,
};

/// What the rows are that a condition is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    Facts,
    People,
    Clubs,
}

/// A query that has a name, how it is called, and what that stands for.
#[derive(Debug, Clone)]
pub struct Definition {
    pub text: String,
    pub call: &'static str,
    pub expansion: String,
}

/// Writes queries.
pub struct Writer<'r> {
    pub random: &'r mut Random,
    /// How many commits there are to be asked about.
    pub commits: usize,
    /// Whether they can be asked what they did.
    pub has_history: bool,
    /// A query that has a name.
    pub definition: Option<Definition>,
}

impl Writer<'_> {
    /// A query.
    pub fn query(&mut self) -> String {
        if self.random.chance(3) {
            return self.periods();
        }
        if self.has_history && self.random.chance(10) {
            let mut text = self.history();
            self.known(&mut text);
            push(&mut text, "| history");
            return text;
        }
        let of = match self.random.weighted(&[64, 22, 14]) {
            1 => Of::People,
            2 => Of::Clubs,
            _ => Of::Facts,
        };
        let mut text = self.sentence(of, 2);
        let mut has_status = false;
        if of != Of::Facts && self.random.chance(15) {
            // One status, asked for positively, so that it is known since when.
            let other = if of == Of::People { self.random.of(&CLUBS) } else { self.random.of(&PEOPLE) };
            let noun = if of == Of::People { "people" } else { "clubs" };
            let more = self.random.of(&ATTRIBUTES);
            let more = if self.random.chance(40) { more } else { "" };
            text = format!("{noun} enrolled:{other} {more}").trim().to_owned();
            has_status = true;
        }
        if self.random.chance(4) {
            let days = ["2004-05-01..2005-03-15", "2003..2004", "2004-04..2005-04", "2005-03-14..2005-03-15"];
            self.known(&mut text);
            push(&mut text, &format!("| diff as of {}", self.random.of(&days)));
            return text;
        }
        if !text.is_empty() && self.random.chance(4) {
            push(&mut text, "maybe");
        }
        let mut series = false;
        if self.random.chance(20) {
            series = of != Of::Facts && self.random.chance(30);
            let day = if series {
                let each = [
                    "each year 2003..2006",
                    "each month 2004-04..2004-08",
                    "each year 2004..2005",
                    "each week 2004-04-20..2004-05-20",
                    "each day 2004-04-29..2004-05-03",
                ];
                self.random.of(&each).to_owned()
            } else {
                self.random.of(&["2004-05-01", "2005", "2004-05", "today", "2005-03-15", "2004-12-31"]).to_owned()
            };
            push(&mut text, &format!("as of {day}"));
        }
        if self.random.chance(8) {
            let account = self.account();
            push(&mut text, &account);
        }
        self.known(&mut text);
        if self.random.chance(50) {
            let stages = if of == Of::Facts { self.stages() } else { self.entity_stages(series, has_status) };
            push(&mut text, &stages);
        }
        text
    }

    /// What was known, mostly all.
    fn known(&mut self, text: &mut String) {
        match self.random.below(13) {
            0 => push(text, &format!("known #{}", 1 + self.random.below(self.commits))),
            1 => push(text, &format!("known {}", self.random.of(&["2004-05-01", "2004", "2005-03", "2005-01-01"]))),
            _ => {}
        }
    }

    /// Whose account is asked.
    fn account(&mut self) -> String {
        let names = ["Gazette", "gazette", "\"Times\"", "ada", "Herald", "AS"];
        match self.random.weighted(&[50, 20, 30]) {
            0 => format!("according to {}", self.random.of(&names)),
            1 => format!("according to {} first", self.random.of(&names)),
            _ => format!("according to {{{}}}", self.one_source()),
        }
    }

    /// Conditions on one source.
    fn one_source(&mut self) -> String {
        let mut units: Vec<&str> = Vec::new();
        for _ in 0..=self.random.below(2) {
            units.push(match self.random.below(4) {
                0 => self.random.of(&["publisher:gazette", "-publisher:times", "publisher:none", "publisher:ti*"]),
                1 => self.random.of(&[
                    "published until 2005",
                    "published after 2004-05-02",
                    "-published:none",
                    "(publisher:times or published in 2005)",
                ]),
                2 => self.random.of(&["date in 2004", "maybe until 2004-05", "effective after 2004-05", "score>=2"]),
                _ => self.random.of(&["admitted", "-resigned", "ada", "mines", "region:north", "url:none"]),
            });
        }
        units.join(" ")
    }

    /// Gives a query a name, perhaps one with a parameter.
    pub fn define(&mut self) {
        let inner = self.conjunction(Of::Facts, 1);
        self.definition = Some(if self.random.chance(60) {
            Definition { text: format!("let part() = {inner}"), call: "part()", expansion: format!("({inner})") }
        } else {
            let text = format!("let part($group) = region:$group ({inner})");
            Definition { text, call: "part(north)", expansion: format!("(region:north ({inner}))") }
        });
    }

    /// A text that is nearly a query: something is missing, twice or elsewhere.
    pub fn broken(&mut self) -> String {
        let text = self.query();
        let mut words: Vec<&str> = text.split(' ').collect();
        for _ in 0..=self.random.below(2) {
            let place = self.random.below(words.len());
            match self.random.below(4) {
                0 => {
                    words.remove(place);
                }
                1 => words.insert(place, words[place]),
                2 => {
                    let other = self.random.below(words.len());
                    words.swap(place, other);
                }
                _ => {
                    let sign = ["or", "-", "(", "{", "|", "..", "as of", "\"", "efective", "é", "2005-13"];
                    words.insert(place, self.random.of(&sign));
                }
            }
            if words.is_empty() {
                break;
            }
        }
        words.join(" ")
    }

    fn sentence(&mut self, of: Of, depth: usize) -> String {
        match of {
            Of::Facts => self.filter(of, depth),
            Of::People | Of::Clubs => {
                let mut text = if of == Of::People { "people".to_owned() } else { "clubs".to_owned() };
                if self.random.chance(85) {
                    let conjunction = self.conjunction(of, depth);
                    push(&mut text, &conjunction);
                }
                text
            }
        }
    }

    pub fn filter(&mut self, of: Of, depth: usize) -> String {
        match self.random.below(20) {
            0 if of == Of::Facts && depth == 2 => String::new(),
            1 | 2 => self.alternatives(of, depth),
            _ => self.conjunction(of, depth),
        }
    }

    fn conjunction(&mut self, of: Of, depth: usize) -> String {
        let mut units: Vec<String> = Vec::new();
        if of == Of::Facts && self.random.chance(55) {
            units.push(self.random.of(&ACTIONS).to_owned());
            if self.random.chance(35) {
                units.push(self.date_test(depth));
            }
        }
        let least = usize::from(units.is_empty());
        for _ in 0..least + self.random.below(if depth == 2 { 3 } else { 2 }) {
            units.push(self.unit(of, depth));
        }
        // Mostly the blank says it.
        let and = if self.random.chance(8) && units.len() > 1 { " and " } else { " " };
        units.join(and)
    }

    fn alternatives(&mut self, of: Of, depth: usize) -> String {
        let count = 2 + self.random.below(2);
        let parts: Vec<String> = (0..count)
            .map(|_| {
                let part = if self.random.chance(60) { self.unit(of, depth) } else { self.conjunction(of, depth) };
                if is_whole(&part) { part } else { format!("({part})") }
            })
            .collect();
        parts.join(" or ")
    }

    /// One condition, perhaps negated or softened.
    fn unit(&mut self, of: Of, depth: usize) -> String {
        let core = self.core(of, depth);
        let whole = if is_whole(&core) { core.clone() } else { format!("({core})") };
        match self.random.weighted(&[63, 10, 6, 12, 6, 3]) {
            1 => format!("-{whole}"),
            2 => format!("not {whole}"),
            3 => format!("maybe {whole}"),
            4 => format!("unknown {whole}"),
            5 => {
                let degrees = ["-unknown", "not maybe", "maybe unknown", "unknown maybe", "maybe -unknown"];
                format!("{} {whole}", self.random.of(&degrees))
            }
            _ => core,
        }
    }

    fn core(&mut self, of: Of, depth: usize) -> String {
        let deeper = usize::from(depth > 0);
        if let (Some(definition), Of::Facts, true) = (&self.definition, of, self.random.chance(50)) {
            return definition.call.to_owned();
        }
        if of == Of::Facts {
            return match self.random.weighted(&[
                18,
                16,
                7,
                4,
                8,
                8,
                7,
                10 * deeper,
                12 * deeper,
                14 * deeper,
                7 * deeper,
                16,
                6 * deeper,
                4,
                4,
            ]) {
                0 => self.date_test(depth),
                1 => self.random.of(&TESTS).to_owned(),
                2 => self.random.of(&NAMES).to_owned(),
                3 => self.random.of(&TEXTS).to_owned(),
                4 => self.random.of(&GROUPS).to_owned(),
                5 => self.random.of(&STEPS).to_owned(),
                6 => self.random.of(&FORMS).to_owned(),
                7 => format!("({})", self.filter(of, depth - 1)),
                8 => self.other(of, depth),
                9 => self.relative(of, depth),
                10 => self.given(depth),
                11 => self.status(of, depth),
                12 => self.local(of, depth),
                14 => format!("source {{{}}}", self.one_source()),
                _ => self.random.of(&BASES).to_owned(),
            };
        }
        match self.random.weighted(&[24, 10 * deeper, 16 * deeper, 36, 10 * deeper, 4]) {
            0 => self.random.of(&ATTRIBUTES).to_owned(),
            1 => format!("({})", self.filter(of, depth - 1)),
            2 => self.other(of, depth),
            3 => self.status(of, depth),
            4 => self.local(of, depth),
            _ => self
                .random
                .of(if of == Of::People { &["ada", "ben", "BN", "cleo"] } else { &["oak", "elm", "FR", "OK"] })
                .to_owned(),
        }
    }

    fn field(&mut self) -> &'static str {
        match self.random.weighted(&[60, 30, 10]) {
            0 => "",
            1 => "effective ",
            _ => "source.published ",
        }
    }

    pub fn relation(&mut self) -> String {
        match self.random.weighted(&[14, 14, 12, 12, 4, 12, 22]) {
            0 => "after".to_owned(),
            1 => "before".to_owned(),
            2 => "since".to_owned(),
            3 => "until".to_owned(),
            4 => "by".to_owned(),
            5 => "in".to_owned(),
            _ => {
                let side = self.random.of(&["of", "after", "before"]);
                format!("within {} {side}", self.random.of(&LENGTHS))
            }
        }
    }

    fn date_test(&mut self, depth: usize) -> String {
        if depth > 0 && self.random.chance(15) {
            return self.relative(Of::People, depth);
        }
        let field = self.field();
        match self.random.weighted(&[40, 30, 15, 10, 5]) {
            0 => format!("{field}{} {}", self.relation(), self.random.of(&PERIODS)),
            1 => format!("{field}{} {}", self.relation(), self.random.of(&DAYS)),
            2 => format!("{field}in {}", self.random.of(&RANGES)),
            3 => format!("{field}on {}", self.random.of(&DAYS)),
            _ => self.random.of(&RANGES).to_owned(),
        }
    }

    fn relative(&mut self, of: Of, depth: usize) -> String {
        let field = self.field();
        let inner = self.filter(Of::Facts, depth - 1);
        let inner = if inner.is_empty() { "admitted".to_owned() } else { inner };
        let suffix = if self.random.chance(20) { ".effective" } else { "" };
        if self.random.chance(10) {
            let first = self.random.of(&["{applied}", "{elected}", "2004"]);
            return format!("{field}in {first}..{{{inner}}}{suffix}");
        }
        let same =
            if of == Of::Facts { self.random.of(&["", "", "", "same person ", "same topic, club "]) } else { "" };
        format!("{field}{} {same}{{{inner}}}{suffix}", self.relation())
    }

    fn other(&mut self, of: Of, depth: usize) -> String {
        let inner = self.filter(Of::Facts, depth - 1);
        let inner = if inner.is_empty() { "admitted".to_owned() } else { inner };
        let with = self.random.of(&["with", "with", "without"]);
        let same = if of == Of::Facts {
            self.random.of(&[
                "",
                "",
                "",
                " same person",
                " same topic",
                " same club, score",
                " same year",
                " same person.region",
            ])
        } else {
            ""
        };
        format!("{with}{same} {{{inner}}}")
    }

    fn given(&mut self, depth: usize) -> String {
        let inner = self.filter(Of::Facts, depth - 1);
        match self.random.below(7) {
            0 | 1 => format!("person:({inner} | show person)"),
            2 => format!("club:({inner} | distinct club)"),
            3 => format!("topic:({inner} | show topic)"),
            4 => format!("ally:({inner} | show person)"),
            5 => format!("club:({})", self.sentence(Of::Clubs, depth - 1)),
            _ => format!("person:({})", self.sentence(Of::People, depth - 1)),
        }
    }

    fn status(&mut self, of: Of, depth: usize) -> String {
        let status = self.random.of(&["enrolled", "enrolled", "leaving", "candidate"]);
        let others = match of {
            Of::People => CLUBS,
            Of::Clubs => PEOPLE,
            Of::Facts => self.random.of(&[CLUBS, CLUBS, PEOPLE]),
        };
        let end = if of == Of::Facts { self.random.of(&["person.", "club."]) } else { "" };
        let test = match self.random.weighted(&[60, 12, 8, 12, if depth > 0 { 8 } else { 0 }]) {
            0 => format!("{status}:{}", self.random.of(&others)),
            1 => format!("{end}{status}:*"),
            2 => format!("{end}{status}:none"),
            3 => format!("{end}{status}{}", self.random.of(&[">=2", "=1", "<2", ">1", ":1..2"])),
            _ => {
                let other = if others == CLUBS { Of::Clubs } else { Of::People };
                format!("{status}:({})", self.sentence(other, depth - 1))
            }
        };
        if depth > 0 && self.random.chance(15) {
            let using = self.random.of(&[
                "source.publisher:gazette",
                "score>=1",
                "source.published until 2005",
                "maybe since 2004-05",
            ]);
            return format!("{test} using {{{using}}}");
        }
        test
    }

    fn local(&mut self, of: Of, depth: usize) -> String {
        let inner = self.conjunction(of, depth - 1);
        if self.random.chance(25) {
            return format!("({inner} {})", self.account());
        }
        format!("({inner} as of {})", self.random.of(&["2004-05-01", "2005", "2004-05", "2005-03-15", "2003"]))
    }
}

pub fn push(text: &mut String, more: &str) {
    if !text.is_empty() && !more.is_empty() {
        text.push(' ');
    }
    text.push_str(more);
}

/// Whether a condition needs no parentheses to be negated.
fn is_whole(text: &str) -> bool {
    let mut depth = 0_usize;
    let mut quoted = false;
    for (place, sign) in text.char_indices() {
        match sign {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => {
                depth -= 1;
                if depth == 0 && text.starts_with('(') && place + 1 < text.len() {
                    return false;
                }
            }
            ' ' if depth == 0 && !quoted => return false,
            _ => {}
        }
    }
    true
}
