//! Just enough of a parser to write the tests as queries; it takes what the
//! tests need and panics at the rest.

use crate::syntax::tree::*;
use crate::syntax::{Span, Spanned};

/// The tree of a query.
pub fn parse(text: &str) -> Query {
    let mut clauses = pieces(text).into_iter().fold(vec![Vec::new()], |mut clauses: Vec<Vec<Piece>>, piece| {
        if piece.0 == "|" {
            clauses.push(Vec::new());
        } else {
            clauses.last_mut().unwrap().push(piece);
        }
        clauses
    });
    let mut filter = clauses.remove(0);
    let whole = Span::new(0, text.len());
    let mut query = Query { span: whole, ..Query::default() };
    let is = |piece: &Piece, word: &str| piece.0 == word;
    if let Some(at) = filter.iter().position(|piece| is(piece, "known")) {
        let mut rest = Pieces { list: filter.split_off(at), at: 1 };
        let span = rest.list[1].1;
        query.known = Some(match rest.list[1].0.strip_prefix('#') {
            Some(number) => Spanned::new(Known::Commit(number.parse().unwrap()), span),
            None => Spanned::new(Known::Day(rest.when().value), span),
        });
    }
    let as_of = filter.windows(2).position(|two| is(&two[0], "as") && is(&two[1], "of"));
    if let Some(at) = as_of {
        let mut rest = Pieces { list: filter.split_off(at), at: 2 };
        query.as_of = Some(AsOf::Day(rest.when()));
    }
    if !filter.is_empty() {
        query.filter = Some(Pieces { list: filter, at: 0 }.disjunction());
    }
    query.stages = clauses.into_iter().map(|clause| Pieces { list: clause, at: 0 }.stage()).collect();
    query
}

/// A date as a query writes it.
pub fn when(text: &str) -> When {
    Pieces { list: pieces(text), at: 0 }.when().value
}

/// A relation with its date.
pub fn date_test(text: &str) -> DateTest {
    match (Pieces { list: pieces(text), at: 0 }).primary().value {
        Condition::Date(date) => date,
        other => panic!("{text}: {other:?}"),
    }
}

type Piece = (String, Span);

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let (mut quoted, mut open) = (false, false);
    for (at, character) in text.char_indices() {
        let end = at + character.len_utf8();
        let apart = !quoted && ["(", ")", "|", "{", "}"].contains(&&text[at..end]);
        let regex = character == '/' && (quoted || text[..at].ends_with(':'));
        if character == '"' || regex {
            quoted = !quoted;
        }
        if !quoted && character == ' ' {
            open = false;
        } else if open && !apart {
            let last = pieces.last_mut().unwrap();
            last.0.push(character);
            last.1.end = end;
        } else {
            pieces.push((character.to_string(), Span::new(at, end)));
            open = !apart;
        }
    }
    pieces
}

struct Pieces {
    list: Vec<Piece>,
    at: usize,
}

const RELATIONS: [&str; 8] = ["after", "before", "since", "until", "by", "in", "on", "within"];

impl Pieces {
    fn peek(&self) -> &str {
        self.list.get(self.at).map_or("", |piece| piece.0.as_str())
    }

    fn next(&mut self) -> Piece {
        self.at += 1;
        self.list[self.at - 1].clone()
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.peek() == word;
        self.at += usize::from(found);
        found
    }

    fn disjunction(&mut self) -> Expression {
        let mut items = vec![self.conjunction()];
        while self.take("or") {
            items.push(self.conjunction());
        }
        join(items, Condition::Or)
    }

    fn conjunction(&mut self) -> Expression {
        let mut items = vec![self.negation()];
        while !["", "or", ")", "}"].contains(&self.peek()) {
            self.take("and");
            items.push(self.negation());
        }
        join(items, Condition::And)
    }

    fn negation(&mut self) -> Expression {
        let start = self.list[self.at].1;
        if self.take("not") || self.take("-") {
            let inner = self.negation();
            let span = start.to(inner.span);
            return Spanned::new(Condition::Not(Box::new(inner)), span);
        }
        if self.take("maybe") {
            let inner = self.negation();
            let span = start.to(inner.span);
            return Spanned::new(Condition::Maybe(Box::new(inner)), span);
        }
        if let Some(rest) = self.peek().strip_prefix('-').map(str::to_owned) {
            self.list[self.at] = (rest, Span::new(start.start + 1, start.end));
            let inner = self.negation();
            let span = start.to(inner.span);
            return Spanned::new(Condition::Not(Box::new(inner)), span);
        }
        self.primary()
    }

    fn primary(&mut self) -> Expression {
        let (word, span) = self.list[self.at].clone();
        if self.take("(") {
            let inner = self.disjunction();
            let close = self.next().1;
            return Spanned::new(inner.value, span.to(close));
        }
        if self.take("with") {
            self.next();
            let filter = Box::new(self.disjunction());
            let close = self.next().1;
            let other = Other { exists: true, same: Vec::new(), filter };
            return Spanned::new(Condition::Other(other), span.to(close));
        }
        if RELATIONS.contains(&word.as_str()) {
            self.next();
            return self.date(None, &word, span);
        }
        if word.contains("..") && !word.contains(':') {
            let when = self.when();
            let test = DateTest { path: None, relation: Relation::In, when };
            return Spanned::new(Condition::Date(test), span);
        }
        self.next();
        if let Some(text) = word.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
            return Spanned::new(Condition::Text(text.to_owned()), span);
        }
        let operators = [
            (">=", Operator::AtLeast),
            ("<=", Operator::AtMost),
            ("!=", Operator::NotEqual),
            (":", Operator::Is),
            ("=", Operator::Equal),
            ("<", Operator::Less),
            (">", Operator::Greater),
        ];
        let found = operators
            .iter()
            .filter_map(|(sign, operator)| word.find(sign).map(|at| (at, *sign, *operator)))
            .min_by_key(|(at, sign, _)| (*at, std::cmp::Reverse(sign.len())));
        let Some((at, sign, operator)) = found else {
            return Spanned::new(Condition::Word(word), span);
        };
        let values = word[at + sign.len()..].split(',').map(|text| Spanned::new(value(text), span)).collect();
        let path = path(&word[..at], Span::new(span.start, span.start + at));
        Spanned::new(Condition::Test(Test { path, operator, values }), span)
    }

    fn date(&mut self, path: Option<Path>, relation: &str, span: Span) -> Expression {
        let relation = match relation {
            "after" => Relation::After,
            "before" => Relation::Before,
            "since" => Relation::Since,
            "until" | "by" => Relation::Until,
            "in" => Relation::In,
            "on" => Relation::On,
            _ => {
                let duration = self.duration();
                match self.next().0.as_str() {
                    "of" => Relation::Within(duration, Side::Either),
                    "after" => Relation::Within(duration, Side::After),
                    _ => Relation::Within(duration, Side::Before),
                }
            }
        };
        let when = self.when();
        let span = span.to(when.span);
        Spanned::new(Condition::Date(DateTest { path, relation, when }), span)
    }

    fn duration(&mut self) -> Duration {
        let count = self.next().0.parse().unwrap();
        Duration { count, unit: unit(&self.next().0).unwrap() }
    }

    fn when(&mut self) -> Spanned<When> {
        let (word, span) = self.next();
        let turn = match word.as_str() {
            "last" => Some(Turn::Last),
            "this" => Some(Turn::This),
            "next" => Some(Turn::Next),
            _ => None,
        };
        let value = if let Some(turn) = turn {
            match unit(self.peek()) {
                Some(unit) => {
                    self.next();
                    When::Calendar(turn, unit)
                }
                None => When::Rolling(turn, self.duration()),
            }
        } else if let Some(name) = word.strip_prefix('$') {
            When::Parameter(name.to_owned())
        } else if word == "{" {
            let filter = self.disjunction();
            self.next();
            When::Braces(None, Box::new(filter))
        } else if let Some(month) = month(&word) {
            When::Civil { year: self.next().0.parse().unwrap(), month, day: None }
        } else if let Some(month) = month(self.peek()) {
            self.next();
            When::Civil { year: self.next().0.parse().unwrap(), month, day: word.parse().ok() }
        } else if unit(self.peek()).is_some() {
            self.at -= 1;
            let duration = self.duration();
            assert!(self.take("ago"));
            When::Ago(duration)
        } else if let Some((low, high)) = word.split_once("..").filter(|_| !word.contains(['[', '/'])) {
            let end =
                |text: &str| (!text.is_empty()).then(|| Box::new(Spanned::new(crate::plan::dates::read(text), span)));
            When::Range(end(low), end(high))
        } else {
            crate::plan::dates::read(&word)
        };
        Spanned::new(value, span)
    }

    fn stage(&mut self) -> Spanned<Stage> {
        let (name, span) = self.next();
        let paths = |pieces: &mut Self| -> Vec<(bool, Path, Option<Name>)> {
            let mut paths = Vec::new();
            while !["", "by"].contains(&pieces.peek()) {
                let (word, span) = pieces.next();
                let word = word.trim_end_matches(',');
                let (descending, word) = word.strip_prefix('-').map_or((false, word), |word| (true, word));
                let heading = pieces.take("as").then(|| {
                    let (word, span) = pieces.next();
                    Spanned::new(word.trim_end_matches(',').to_owned(), span)
                });
                paths.push((descending, path(word, span), heading));
            }
            paths
        };
        let keys = |pieces: &mut Self| {
            if pieces.take("by") {
                paths(pieces).into_iter().map(|(_, path, _)| Key::Path(path)).collect()
            } else {
                Vec::new()
            }
        };
        let stage = match name.as_str() {
            "sort" => {
                Stage::Sort(paths(self).into_iter().map(|(descending, path, _)| SortKey { descending, path }).collect())
            }
            "show" => {
                Stage::Show(paths(self).into_iter().map(|(_, path, heading)| ShowItem { path, heading }).collect())
            }
            "distinct" => Stage::Distinct(paths(self).into_iter().map(|(_, path, _)| path).collect()),
            "count" => {
                let of = paths(self).into_iter().next().map(|(_, path, _)| path);
                Stage::Count { of, by: keys(self) }
            }
            "take" => Stage::Take(self.next().0.parse().unwrap()),
            "skip" => Stage::Skip(self.next().0.parse().unwrap()),
            "where" => Stage::Where(self.disjunction()),
            "sources" => Stage::Sources,
            "history" => Stage::History,
            "timeline" => Stage::Timeline,
            "first" => Stage::Extreme { last: false, by: keys(self) },
            other => panic!("stage {other}"),
        };
        Spanned::new(stage, span)
    }
}

fn join(mut items: Vec<Expression>, with: fn(Vec<Expression>) -> Condition) -> Expression {
    if items.len() == 1 {
        return items.remove(0);
    }
    let span = items[0].span.to(items[items.len() - 1].span);
    Spanned::new(with(items), span)
}

fn path(text: &str, span: Span) -> Path {
    Path { names: text.split('.').map(|name| Spanned::new(name.to_owned(), span)).collect(), span }
}

fn value(text: &str) -> Value {
    let inside = |sign: char| text.strip_prefix(sign).and_then(|text| text.strip_suffix(sign));
    let end = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    if text == "none" {
        Value::None
    } else if let Some(text) = inside('"') {
        Value::Quoted(text.to_owned())
    } else if let Some(pattern) = inside('/') {
        Value::Regex(pattern.to_owned())
    } else if let Some(prefix) = text.strip_suffix('*') {
        Value::Prefix(prefix.to_owned())
    } else if let Some(name) = text.strip_prefix('$') {
        Value::Parameter(name.to_owned())
    } else if let Some((low, high)) = text.split_once("..") {
        Value::Range(end(low), end(high))
    } else {
        Value::Word(text.to_owned())
    }
}

fn unit(word: &str) -> Option<Unit> {
    match word.trim_end_matches('s') {
        "day" => Some(Unit::Day),
        "week" => Some(Unit::Week),
        "month" => Some(Unit::Month),
        "year" => Some(Unit::Year),
        _ => None,
    }
}

fn month(word: &str) -> Option<u8> {
    let months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October"];
    months.iter().position(|month| *month == word).and_then(|place| u8::try_from(place + 1).ok())
}
