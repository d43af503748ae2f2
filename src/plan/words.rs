//! What bare words mean: forms of actions, names, or else text. Which of them
//! belong together, and which belong to the date test after them.

use std::borrow::Cow;
use std::sync::Arc;

use super::check::Checker;
use super::conjunctions::WrittenCondition;
use super::misread::is_small;
use super::paths::attribute;
use super::report::{Checked, Reported};
use super::scope::RowNoun;
use super::{Filter, Match, Part, RecordTest, Suggestion, WordProblem, meanings, suggest};
use crate::model::{ActionWord, EntityNumber, FieldKind, Resolution, fold, nearest};
use crate::syntax::keyword::{self, KeywordPlace};
use crate::syntax::tree::{Condition, DateTest, Expression, Path, RelativeDay};
use crate::syntax::{Span, Spanned, print_condition};

/// The most words that are tried as one name.
pub(super) const LONGEST_NAME: usize = 6;

/// For how many unknown words similar ones are looked for, which takes time.
const MOST_UNKNOWN: usize = 50;

/// The most bytes between two words of one name; ` and ` is longer.
const NEAR: usize = 4;

/// One condition of a conjunction, with the `not`, `maybe` and `unknown` before it
/// taken apart.
pub(super) struct ConjunctionItem<'t> {
    pub(super) wrappers: Vec<Wrapper>,
    core: ItemCore<'t>,
    /// The place of the core.
    span: Span,
    /// The place of the whole condition.
    whole: Span,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Wrapper {
    Not,
    Maybe,
    Unknown,
}

pub(super) enum ItemCore<'t> {
    Word(&'t str),
    Date(Cow<'t, DateTest>),
    Other(&'t Expression),
}

/// What a bare word means.
enum BareWordMeaning<'a> {
    Action(&'a ActionWord),
    Entity(EntityNumber),
    /// Names that only facts use, found by a text that is the same as none of them.
    Names(Vec<EntityNumber>),
    Ambiguous(Vec<EntityNumber>),
}

impl<'a> Checker<'a> {
    /// Reads conditions that must all hold; neighbouring words may be one name.
    pub(super) fn conjunction(&mut self, expressions: &[Expression]) -> Checked<Filter> {
        let items: Vec<ConjunctionItem<'_>> =
            expressions.iter().flat_map(|expression| self.items(expression)).collect();
        // If an item is only a part of an expression, they cannot be compared
        // as written.
        let whole = items.len() == expressions.len();
        let mut said: Vec<WrittenCondition> = Vec::with_capacity(items.len());
        let mut parts = Vec::with_capacity(items.len());
        let mut failed = None;
        let mut at = 0;
        let (outer, statuses) = (self.scope.using.clone(), self.statuses);
        let mut using = self.usings(&items, &mut failed).into_iter().peekable();
        while let Some(item) = items.get(at) {
            self.scope.using = using.peek().map_or_else(|| outer.clone(), |(_, filter)| Some(filter.clone()));
            if item.is_using() {
                // The last `using` also applies to the conditions after it.
                if using.len() > 1 {
                    using.next();
                }
                at += 1;
                continue;
            }
            let negations = item.wrappers.iter().filter(|wrapper| **wrapper == Wrapper::Not).count();
            let negated = self.negated;
            self.negated ^= negations % 2 == 1;
            let (length, filter) = match &item.core {
                ItemCore::Word(word) => self.words(word, &items[at..], at == 0),
                ItemCore::Date(test) => (1, self.date_test(test)),
                ItemCore::Other(expression) => (1, self.condition(expression)),
            };
            self.negated = negated;
            let last = items.get(at + length - 1).map_or(item.whole, |last| last.whole);
            match filter {
                Ok(filter) => {
                    parts.push(Part { filter: wrapped(filter, &item.wrappers), span: item.whole.to(last) });
                    if let Some(written) = expressions.get(at..at + length).filter(|_| whole) {
                        said.push(said_together(written));
                    }
                }
                Err(reported) => failed = Some(reported),
            }
            at += length;
        }
        self.scope.using = outer;
        if let Some((span, _)) = using.peek().filter(|_| failed.is_none() && self.statuses == statuses) {
            failed = Some(self.refuse_idle_using(*span));
        }
        if let Err(reported) = self.check_conjunction(&parts, &said) {
            failed = Some(reported);
        }
        failed.map_or_else(|| Ok(Filter::all(parts)), Err)
    }

    /// The acts that make up the statuses of a conjunction. Each `using`
    /// applies to the conditions before it, back to the previous `using`.
    fn usings(&mut self, items: &[ConjunctionItem<'_>], failed: &mut Option<Reported>) -> Vec<(Span, Arc<Filter>)> {
        let mut usings = Vec::new();
        for item in items {
            let ItemCore::Other(Expression { value: Condition::Using(filter), span }) = &item.core else { continue };
            match self.using(filter) {
                Ok(filter) => usings.push((*span, filter)),
                Err(reported) => *failed = Some(reported),
            }
        }
        usings
    }

    /// Takes a condition apart from the `not` and `maybe` before it. If a date
    /// test took a word as its field that is not a field, the word becomes a
    /// separate condition.
    fn items<'t>(&self, expression: &'t Expression) -> Vec<ConjunctionItem<'t>> {
        let mut wrappers = Vec::new();
        let mut core = expression;
        loop {
            match &core.value {
                Condition::Not(inner) if is_plain(inner) => wrappers.push(Wrapper::Not),
                Condition::Maybe(inner) if is_plain(inner) => wrappers.push(Wrapper::Maybe),
                Condition::Unknown(inner) if is_plain(inner) => wrappers.push(Wrapper::Unknown),
                _ => break,
            }
            let (Condition::Not(inner) | Condition::Maybe(inner) | Condition::Unknown(inner)) = &core.value else {
                break;
            };
            core = inner;
        }
        let item = |core, span, whole| ConjunctionItem { wrappers: wrappers.clone(), core, span, whole };
        match &core.value {
            Condition::Word(word) => vec![item(ItemCore::Word(word), core.span, expression.span)],
            Condition::Date(test) => {
                let foreign = test.path.as_ref().and_then(|path| match path.names.as_slice() {
                    [name] if !self.is_field(&name.value) && !is_relation(&name.value) => Some(name),
                    _ => None,
                });
                match foreign {
                    // A `not` before both stays before both.
                    Some(_) if !wrappers.is_empty() => vec![item(ItemCore::Other(core), core.span, expression.span)],
                    Some(name) => {
                        let rest = DateTest { path: None, ..test.clone() };
                        let span = Span::new(name.span.end, core.span.end);
                        vec![
                            item(ItemCore::Word(&name.value), name.span, name.span),
                            item(ItemCore::Date(Cow::Owned(rest)), span, span),
                        ]
                    }
                    None => vec![item(ItemCore::Date(Cow::Borrowed(test)), core.span, expression.span)],
                }
            }
            _ => vec![item(ItemCore::Other(core), core.span, expression.span)],
        }
    }

    /// Whether the rows have a field of this name.
    fn is_field(&self, name: &str) -> bool {
        let schema = self.context.schema;
        schema.field(name).is_some() || (self.scope.noun.is_some() && attribute(schema, name).is_some())
    }

    /// Reads the word that the items begin with, and returns how many items it
    /// took.
    fn words(&mut self, word: &str, items: &[ConjunctionItem<'_>], first: bool) -> (usize, Checked<Filter>) {
        let span = items.first().map_or_else(Span::default, |item| item.span);
        let schema = self.context.schema;
        let row = self.scope.noun.clone();
        if let Some((plural, _)) = schema.noun(word).filter(|_| first || row.is_some()) {
            return (1, Err(self.refuse_misplaced_noun(plural, span)));
        }
        let date = date_after(items);
        if let Some((test, next)) = date
            && let Some(path) = self.date_path(word, span)
        {
            let test = DateTest { path: Some(path), ..test.clone() };
            let filter = self.date_test(&test);
            return (2, filter.map(|filter| wrapped(filter, &next.wrappers)));
        }
        // Common words may be codes of entities, and together may be a relation
        // to a date.
        if is_small(word) || word.eq_ignore_ascii_case("no") {
            let run = run(items);
            if run.len() > 1
                && row.is_none()
                && let Some((length, reported)) = self.misread(&run)
            {
                return (length, Err(reported));
            }
        }
        let (length, meaning) = self.longest_meaning(word, items);
        let last = items.get(length - 1).map_or(span, |item| item.span);
        let span = span.to(last);
        let words: Vec<&str> = items[..length].iter().filter_map(ConjunctionItem::word).collect();
        let written = words.join(" ");
        if let Some(meaning) = meaning {
            if let Some(noun) = row {
                return self.row_meaning(&written, span, meaning, items, length, &noun);
            }
            if let BareWordMeaning::Entity(number) = &meaning {
                self.warn_of_longer_name(*number, &run(items), length);
            }
            return (length, self.meaning(&written, span, meaning));
        }
        if let Some(status) = self.status(word) {
            let (more, next) = self.name_after(items);
            return (1 + more, Err(self.refuse_bare_status(status, span, next.as_deref())));
        }
        let run = run(items);
        let asked = self.asked_in_words(word, items);
        if let Some(noun) = row {
            if let Some((length, suggestion)) = asked {
                return (length, Err(self.refuse_word(word, span, &noun, suggestion)));
            }
            let (length, reported) = self.refuse_run_of_words(&run, span, &noun, items.len() > 1);
            return (length, Err(reported));
        }
        if let Some((_, suggestion)) = asked.filter(|_| !self.again) {
            self.report.read_as_text(word, span, suggestion);
            let is_small = |item: &&ConjunctionItem<'_>| item.wrappers.is_empty() && item.word().is_some_and(is_small);
            let length = 1 + items.iter().skip(1).take_while(is_small).count();
            let words = items.iter().take(length).filter_map(|item| Some((item.word()?, item.span)));
            return (length, self.plain_words(words.collect()));
        }
        if let Some((length, reported)) = self.misread(&run) {
            return (length, Err(reported));
        }
        // Finding similar words takes long, and nobody reads the advice for so
        // many.
        self.unknown += 1;
        let few = self.unknown <= MOST_UNKNOWN;
        let near = if few && !self.again { self.similar_name_of_words(&run) } else { None };
        if let Some((length, near)) = near {
            return (length, self.words_of_a_name(&run[..length], &near));
        }
        let after: Vec<&str> = run.iter().skip(1).map(|(word, _)| *word).collect();
        let before_date = date.is_some_and(|(_, next)| next.wrappers.is_empty());
        (length, self.text_word(word, span, before_date, &after, items.len() > length))
    }

    /// The longest run of words that is a name or a form of an action, with its
    /// meaning.
    fn longest_meaning(&self, word: &str, items: &[ConjunctionItem<'_>]) -> (usize, Option<BareWordMeaning<'a>>) {
        let mut run = vec![word];
        for pair in items.windows(2).take(LONGEST_NAME - 1) {
            match pair[1].word() {
                Some(next) if pair[1].wrappers.is_empty() && adjacent(pair[0].span, pair[1].span) => run.push(next),
                _ => break,
            }
        }
        for length in (2..=run.len()).rev() {
            let meaning = self.lookup(&run[..length].join(" ")).or_else(|| self.lookup(&run[..length].join("-")));
            if meaning.is_some() {
                return (length, meaning);
            }
        }
        (1, self.lookup(word))
    }

    /// Whether a word is a form of an action or a name.
    pub(super) fn is_known(&self, written: &str) -> bool {
        self.lookup(written).is_some()
    }

    fn lookup(&self, written: &str) -> Option<BareWordMeaning<'a>> {
        if let Some(word) = self.context.schema.action_word(written) {
            return Some(BareWordMeaning::Action(word));
        }
        // What is shown can be typed, where it means nothing else.
        let labelled = || self.context.schema.action_labelled(written).map(BareWordMeaning::Action);
        let entities = self.context.entities;
        // `NO` may be the code of a declared entity; `no` is just a word.
        let is_word = is_small(written) && !written.contains(char::is_uppercase);
        match entities.resolve(written) {
            Resolution::One(number) if is_word && entities.is_declared(number) => labelled(),
            Resolution::Ambiguous(numbers) if is_word && !self.are_undeclared(&numbers) => labelled(),
            Resolution::Unknown => labelled(),
            Resolution::One(number) => Some(BareWordMeaning::Entity(number)),
            Resolution::Ambiguous(numbers) if self.are_undeclared(&numbers) => Some(BareWordMeaning::Names(numbers)),
            Resolution::Ambiguous(numbers) => Some(BareWordMeaning::Ambiguous(numbers)),
        }
    }

    fn meaning(&mut self, written: &str, span: Span, meaning: BareWordMeaning<'a>) -> Checked<Filter> {
        match meaning {
            BareWordMeaning::Action(word) => {
                self.report.read(span, meanings::action(written, &word.actions, self.context.schema));
                Ok(actions(&word.actions))
            }
            BareWordMeaning::Entity(number) => Ok(self.entity_in_fact(written, span, number)),
            BareWordMeaning::Names(numbers) => Ok(self.names_in_fact(written, span, numbers)),
            BareWordMeaning::Ambiguous(numbers) => Err(self.refuse_ambiguous_name(written, &numbers, span)),
        }
    }

    /// Reads words where the rows are entities; `items` begin with them.
    fn row_meaning(
        &mut self,
        written: &str,
        span: Span,
        meaning: BareWordMeaning<'a>,
        items: &[ConjunctionItem<'_>],
        length: usize,
        noun: &RowNoun,
    ) -> (usize, Checked<Filter>) {
        match meaning {
            BareWordMeaning::Action(_) => {
                let (more, behind) = self.conditions_of_act(&items[length..], noun);
                let phrase = format!("{written}{behind}");
                (length + more, Err(self.refuse_act(written, &phrase, span, noun)))
            }
            BareWordMeaning::Entity(number) => (length, self.entity_of_row(written, span, number, noun)),
            BareWordMeaning::Names(numbers) => (length, self.names_of_row(written, span, &numbers, noun)),
            BareWordMeaning::Ambiguous(numbers) => match self.holder_among_rows(&numbers, noun) {
                Some(number) => (length, self.entity_of_row(written, span, number, noun)),
                None => (length, self.meaning(written, span, BareWordMeaning::Ambiguous(numbers))),
            },
        }
    }

    /// The conditions after an act that belong to it: dates, and names of
    /// entities that cannot be rows. Returns how many there are, and their
    /// text.
    fn conditions_of_act(&self, items: &[ConjunctionItem<'_>], noun: &RowNoun) -> (usize, String) {
        let (mut at, mut text) = (0, String::new());
        while let Some(item) = items.get(at).filter(|item| item.wrappers.is_empty()) {
            at += match &item.core {
                ItemCore::Word(word) if is_small(word) => 1,
                ItemCore::Word(word) => match self.longest_meaning(word, &items[at..]) {
                    (length, Some(BareWordMeaning::Entity(number))) if self.is_of_other_kind(number, noun) => {
                        for word in items[at..at + length].iter().filter_map(ConjunctionItem::word) {
                            text.push(' ');
                            text.push_str(word);
                        }
                        length
                    }
                    _ => break,
                },
                ItemCore::Date(dated) => {
                    let date = Spanned::new(Condition::Date(dated.clone().into_owned()), item.span);
                    text.push(' ');
                    text.push_str(&print_condition(&date));
                    1
                }
                ItemCore::Other(_) => break,
            };
        }
        (at, text)
    }

    /// Whether an entity can be neither a row nor a group of rows.
    fn is_of_other_kind(&self, number: EntityNumber, noun: &RowNoun) -> bool {
        let kind = &self.context.entities.get(number).kind;
        !self.context.entities.is_of(number, &noun.kinds)
            && !self.context.schema.vocabulary().groups.values().any(|group| group.kinds.contains(kind))
    }

    /// The name after a word, perhaps with common words between, as a value is
    /// written; and how many words it takes.
    pub(super) fn name_after(&self, items: &[ConjunctionItem<'_>]) -> (usize, Option<String>) {
        let plain = |item: &&ConjunctionItem<'_>| item.wrappers.is_empty();
        let small =
            items.iter().skip(1).take_while(|item| item.wrappers.is_empty() && item.word().is_some_and(is_small));
        let skipped = small.count();
        let rest = items.get(1 + skipped..).unwrap_or_default();
        let Some(word) = rest.first().filter(plain).and_then(ConjunctionItem::word) else {
            return (0, None);
        };
        match self.longest_meaning(word, rest) {
            (1, Some(BareWordMeaning::Entity(_))) => (skipped + 1, Some(word.to_owned())),
            (length, Some(BareWordMeaning::Entity(number))) => {
                (skipped + length, Some(self.context.entities.get(number).id.clone()))
            }
            _ => (0, None),
        }
    }

    /// Reads an undeclared word as text, with a warning if it is similar to
    /// something; before a date that is an error. `after` are the plain words after it,
    /// and `more` says whether a condition follows.
    fn text_word(&mut self, word: &str, span: Span, before_date: bool, after: &[&str], more: bool) -> Checked<Filter> {
        let context = self.context;
        if let Some((plural, _)) = context.schema.noun(word) {
            self.report.read_as_text(word, span, Suggestion::Noun(plural.to_owned()));
            return self.text(word, span, false);
        }
        if before_date {
            let dates = context.schema.fields().filter(|field| field.kind == FieldKind::Date);
            let near = nearest(word, dates.map(|field| field.name.as_ref()));
            let is_date = |kind| kind == FieldKind::Date;
            if let Some(near) = near.or_else(|| Self::field_ending(context.schema, word, is_date)) {
                let (name, similar) = (word.to_owned(), near.to_owned());
                return Err(self.report.refuse(span, WordProblem::UnknownDateField { name, similar }));
            }
            if let Some(field) = context.schema.field(word) {
                let problem = self.not_a_date(word.to_owned(), field.kind.into());
                return Err(self.report.refuse(span, problem));
            }
        }
        if !self.again && self.unknown <= MOST_UNKNOWN && self.report.takes_hints() {
            if let Some(suggestion) = self.meant_elsewhere(word, after) {
                self.report.read_as_text(word, span, suggestion);
            } else if let Some(near) = self.similar_bare_word(word, more) {
                if before_date {
                    let (word, similar) = (word.to_owned(), near);
                    return Err(self.report.refuse(span, WordProblem::UnknownBeforeDate { word, similar }));
                }
                self.report.read_as_text(word, span, Suggestion::Similar(near));
            }
        }
        let filter = self.text(word, span, false)?;
        self.report.read_unknown_word();
        Ok(filter)
    }

    /// What a bare word is spelt nearly like, as a query has it.
    fn similar_bare_word(&self, word: &str, more: bool) -> Option<String> {
        let near = suggest::similar_word(word, &self.context, more).filter(|near| *near != fold(word));
        let is_action = |near: &String| suggest::action_forms(self.context.schema).contains(&near.as_str());
        let status = || self.status_of_form(word).map(str::to_owned);
        let near = near.clone().filter(is_action).or_else(status).or(near);
        near.or_else(|| self.similar_status(word).map(str::to_owned)).map(|near| match self.status(&near) {
            Some(status) => format!("{status}:…"),
            None if RelativeDay::from_word(&near).is_some() => format!("on {near}"),
            None => near,
        })
    }

    /// The path of the date field or date attribute that a word spells.
    fn date_path(&self, word: &str, span: Span) -> Option<Path> {
        let schema = self.context.schema;
        let names: Vec<_> = word.split('.').map(|name| Spanned::new(name.to_owned(), span)).collect();
        let row = attribute(schema, word).filter(|_| self.scope.noun.is_some());
        let is_date = schema.field(word).is_some_and(|field| field.kind == FieldKind::Date)
            || row.is_some_and(|attribute| attribute.kind == FieldKind::Date);
        let steps = names.len() > 1 && names.first().is_some_and(|name| schema.field(&name.value).is_some());
        (is_date || steps).then_some(Path { names, span })
    }
}

impl<'t> ConjunctionItem<'t> {
    fn is_using(&self) -> bool {
        matches!(&self.core, ItemCore::Other(Expression { value: Condition::Using(_), .. }))
    }

    pub(super) fn word(&self) -> Option<&'t str> {
        match self.core {
            ItemCore::Word(word) => Some(word),
            _ => None,
        }
    }
}

/// Whether a word is a relation to a date, which is never a condition.
fn is_relation(word: &str) -> bool {
    keyword::find(KeywordPlace::Relation, word).is_some()
}

/// Several expressions as one condition, as in a name of several words.
fn said_together(written: &[Expression]) -> WrittenCondition {
    let mut each = written.iter().map(WrittenCondition::of);
    let mut said = each.next().unwrap_or_default();
    for more in each {
        said.whole = format!("{} {}", said.whole, more.whole);
        said.negated = said.negated.map(|negated| format!("{negated} {}", more.whole));
    }
    said
}

/// The facts of some actions.
pub(super) fn actions(names: &[String]) -> Filter {
    Filter::Test(RecordTest::Keyword { field: "action".into(), test: Match::Any(names.to_vec()) })
}

/// Whether a condition under `not` or `maybe` is a single word or date test, so
/// that its neighbours may belong to it.
fn is_plain(expression: &Expression) -> bool {
    match &expression.value {
        Condition::Word(_) | Condition::Date(_) => true,
        Condition::Not(inner) | Condition::Maybe(inner) | Condition::Unknown(inner) => is_plain(inner),
        _ => false,
    }
}

fn adjacent(before: Span, after: Span) -> bool {
    after.start.checked_sub(before.end).is_some_and(|gap| gap <= NEAR)
}

/// The plain words that the items begin with; there may be `and` between them.
fn run<'t>(items: &[ConjunctionItem<'t>]) -> Vec<(&'t str, Span)> {
    const MOST: usize = 10;
    let plain = |place: usize, item: &ConjunctionItem<'t>| {
        let end = place.checked_sub(1).and_then(|before| items.get(before)).map(|before| before.span.end);
        let near = end.is_none_or(|end| item.span.start.checked_sub(end).is_some_and(|gap| gap <= NEAR + 2));
        item.word().filter(|_| near && (place == 0 || item.wrappers.is_empty())).map(|word| (word, item.span))
    };
    items.iter().enumerate().take(MOST).map_while(|(place, item)| plain(place, item)).collect()
}

/// The date test without a field that directly follows the first item, perhaps
/// after `maybe` or `not`.
fn date_after<'i, 't>(items: &'i [ConjunctionItem<'t>]) -> Option<(&'i DateTest, &'i ConjunctionItem<'t>)> {
    let [first, second, ..] = items else { return None };
    match &second.core {
        ItemCore::Date(test) if test.path.is_none() && adjacent(first.span, second.whole) => Some((test, second)),
        _ => None,
    }
}

fn wrapped(filter: Filter, wrappers: &[Wrapper]) -> Filter {
    wrappers.iter().rev().fold(filter, |filter, wrapper| match wrapper {
        Wrapper::Not => Filter::Not(Box::new(filter)),
        Wrapper::Maybe => Filter::Maybe(Box::new(filter)),
        Wrapper::Unknown => Filter::Unknown(Box::new(filter)),
    })
}
