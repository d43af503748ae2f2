//! From the text of a query to its answer: parsed, checked against the world
//! that it asks about, and run over one state of the store.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::answer::Answer;
use super::handle::Store;
use super::query_options::QueryOptions;
use super::ready_query::{Ready, has_value, limited};
use crate::error::Error;
use crate::index::View;
use crate::model::{Cell, fold};
use crate::plan::{self, Completions, Context, Parameters, QueryProblem, WordProblem};
use crate::syntax::{self, Definitions, Diagnostic, Span, Spanned, tree};

/// How many values of a field completion offers at most.
const OFFERED: usize = 2000;

/// How many values completion looks at, so that it never takes long.
const LOOKED_AT: u32 = 100_000;

/// A query that is parsed once and run often.
///
/// ```
/// # use tractat::{Parameter, QueryOptions, Store, Vocabulary};
/// # let words = "[world]\nname = \"boards\"\n[actions.resigned]\nlabel = \"resignation\"\n";
/// # let store = Store::in_memory(&Vocabulary::from_toml(words)?)?;
/// let since = store.prepare("resigned since $day")?;
/// for day in ["2023-01-01", "2024-01-01"] {
///     let parameters = [("day", Parameter::Text(day.to_owned()))].into_iter().collect();
///     let rows = since.query(&QueryOptions::new().parameters(parameters))?;
///     assert_eq!(rows.total(), Some(0));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Prepared {
    store: Store,
    text: Arc<str>,
    tree: Arc<tree::Query>,
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared").field("text", &self.text).finish_non_exhaustive()
    }
}

impl Prepared {
    /// Runs it with these options.
    ///
    /// # Errors
    ///
    /// If it means nothing in this world or with these parameters; if it is stopped.
    pub fn query(&self, options: &QueryOptions) -> Result<Answer, Error> {
        self.store.run(&self.text, &self.tree, options)
    }
}

impl Store {
    /// Answers a query, taking today from the clock and without parameters.
    ///
    /// ```
    /// # use tractat::{Fact, Store, Vocabulary};
    /// # let words = "[world]\nname = \"boards\"\n[actions.resigned]\nlabel = \"resignation\"\n";
    /// # let store = Store::in_memory(&Vocabulary::from_toml(words)?)?;
    /// let fact = Fact { subject: "ada".into(), action: "resigned".into(), ..Fact::default() };
    /// store.transact(None, |transaction| transaction.assert(fact))?;
    /// for row in store.query("resigned")? {
    ///     assert_eq!(row?.cell("subject").unwrap().to_string(), "ada");
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the query is wrong: what, where, and what to write instead.
    pub fn query(&self, text: &str) -> Result<Answer, Error> {
        self.query_with(text, &QueryOptions::default())
    }

    /// Answers a query.
    ///
    /// # Errors
    ///
    /// As [`Store::query`]; if it is stopped.
    pub fn query_with(&self, text: &str, options: &QueryOptions) -> Result<Answer, Error> {
        self.prepare(text)?.query(options)
    }

    /// Answers a query that is already a tree, as in a script; spans are
    /// those of the text.
    ///
    /// # Errors
    ///
    /// As [`Store::query_with`].
    pub fn query_tree(&self, text: &str, tree: &tree::Query, options: &QueryOptions) -> Result<Answer, Error> {
        self.run(&Arc::from(text), &Arc::new(tree.clone()), options)
    }

    /// Parses a query for several runs.
    ///
    /// # Errors
    ///
    /// If it cannot be parsed.
    pub fn prepare(&self, text: &str) -> Result<Prepared, Error> {
        let parsed = syntax::parse_query(text);
        match parsed.tree {
            Some(tree) if parsed.diagnostics.is_empty() => {
                Ok(Prepared { store: self.clone(), text: text.into(), tree: Arc::new(tree) })
            }
            _ => Err(Error::Query(self.teach(text, parsed.diagnostics))),
        }
    }

    /// What is wrong with a text that could not be parsed, with mends in the
    /// words of this world.
    #[must_use]
    pub fn teach(&self, text: &str, diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic<QueryProblem>> {
        let (snapshot, parameters) = (self.snapshot(), Parameters::default());
        let context = Context::new(snapshot.schema(), snapshot.entities(), self.today(), &parameters);
        plan::teach(diagnostics, text, &context, &has_value(&snapshot))
    }

    /// What is wrong with a query, and what may be, without running it: errors
    /// and hints with the places where they stand.
    ///
    /// ```
    /// # use tractat::{QueryOptions, Store, Vocabulary};
    /// let words = "[world]\nname = \"boards\"\n[actions.resigned]\nlabel = \"resignation\"\n";
    /// let store = Store::in_memory(&Vocabulary::from_toml(words)?)?;
    /// let text = "resigned sinse 2024";
    /// let found = store.diagnose(text, &QueryOptions::default());
    /// assert_eq!(&text[found[0].span.range()], "sinse");
    /// assert!(found[0].is_error());
    /// println!("{}", found[0].render(text));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn diagnose(&self, text: &str, options: &QueryOptions) -> Vec<Diagnostic<QueryProblem>> {
        match self.prepare(text) {
            Ok(prepared) => self.diagnose_tree(text, &prepared.tree, options),
            Err(Error::Query(diagnostics)) => diagnostics,
            Err(_) => Vec::new(),
        }
    }

    /// The same for a query that is already a tree; spans are those of the text.
    #[must_use]
    pub fn diagnose_tree(
        &self,
        text: &str,
        tree: &tree::Query,
        options: &QueryOptions,
    ) -> Vec<Diagnostic<QueryProblem>> {
        match self.ready(text, tree, options) {
            Ok((ready, _)) => ready.query.hints,
            Err(Error::Query(diagnostics)) => diagnostics,
            Err(_) => Vec::new(),
        }
    }

    /// What is wrong with a file of statements, and what may be, without
    /// running it. The definitions of the files that it includes must be given
    /// in the options: nothing is read here.
    ///
    /// ```
    /// # use tractat::{QueryOptions, Store, Vocabulary};
    /// let words = "[world]\nname = \"boards\"\n[actions.resigned]\nlabel = \"resignation\"\n";
    /// let store = Store::in_memory(&Vocabulary::from_toml(words)?)?;
    /// let file = "let lately = resigned since 2024\nassert none latly()\n";
    /// let found = store.diagnose_script(file, &QueryOptions::default());
    /// assert_eq!(&file[found[0].span.range()], "latly");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn diagnose_script(&self, text: &str, options: &QueryOptions) -> Vec<Diagnostic<QueryProblem>> {
        let parsed = syntax::parse_script(text);
        let Some(script) = parsed.tree else { return self.teach(text, parsed.diagnostics) };
        let mut options = options.clone();
        let mut found = Vec::new();
        for statement in &script.statements {
            match &statement.value {
                tree::Statement::Query(query) | tree::Statement::Assert { query, .. } => {
                    found.extend(self.diagnose_tree(text, query, &options.for_query(query)));
                }
                tree::Statement::Let { name, parameters, query } => {
                    let written = syntax::DefinitionSource { file: "this file", text };
                    match options.definitions.define(name, parameters, query, written) {
                        Err(wrong) => found.extend(wrong.into_iter().map(Diagnostic::from)),
                        Ok(()) if parameters.is_empty() => {
                            let wrong = self.diagnose_definition(text, query, &options.for_query(query));
                            if wrong.iter().any(Diagnostic::is_error) {
                                options.definitions.refuse(&name.value);
                            }
                            found.extend(wrong);
                        }
                        Ok(()) => {}
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// What is wrong with a definition without parameters. It may be a query,
    /// or a condition on facts or on entities.
    #[must_use]
    pub fn diagnose_definition(
        &self,
        text: &str,
        query: &tree::Query,
        options: &QueryOptions,
    ) -> Vec<Diagnostic<QueryProblem>> {
        let is_wrong = |found: &[Diagnostic<QueryProblem>]| found.iter().any(Diagnostic::is_error);
        let found = self.diagnose_tree(text, query, options);
        let Some(filter) = query.filter.as_ref().filter(|_| is_wrong(&found)) else { return found };
        let schema = self.schema();
        let of_noun = |noun: &String| {
            let word = Spanned::new(tree::Condition::Word(noun.clone()), Span::new(usize::MAX, usize::MAX));
            let filter = Spanned::new(tree::Condition::And(vec![word, filter.clone()]), filter.span);
            self.diagnose_tree(text, &tree::Query { filter: Some(filter), ..query.clone() }, options)
        };
        schema.vocabulary().nouns.keys().map(of_noun).find(|found| !is_wrong(found)).unwrap_or(found)
    }

    /// What may stand at a place in a query, or in a file of statements.
    #[must_use]
    pub fn complete(&self, text: &str, cursor: usize) -> Completions {
        self.complete_with(text, cursor, &QueryOptions::default())
    }

    /// The same, where queries have names and parameters have values.
    ///
    /// ```
    /// # use tractat::{QueryOptions, Store, Vocabulary, syntax::Definitions};
    /// let words = "[world]\nname = \"boards\"\n[actions.resigned]\nlabel = \"resignation\"\n";
    /// let store = Store::in_memory(&Vocabulary::from_toml(words)?)?;
    /// let definitions = Definitions::parse("let lately = resigned since 2024").unwrap();
    /// let options = QueryOptions::new().definitions(definitions);
    /// let found = store.complete_with("lat", 3, &options);
    /// assert_eq!((found.start, found.end, found.candidates[0].text.as_str()), (0, 3, "lately()"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn complete_with(&self, text: &str, cursor: usize, options: &QueryOptions) -> Completions {
        let snapshot = self.snapshot();
        let typed = fold(typed_value(text.get(..cursor).unwrap_or(text)));
        let values = |field: &str| {
            let Some(view) = snapshot.field(field) else {
                return Vec::new();
            };
            let values = (0..view.len().min(LOOKED_AT)).map(|ordinal| view.value(ordinal));
            let begun = values.filter_map(|value| match value {
                Cell::Text(text) if fold(&text).starts_with(&*typed) => Some(text.to_string()),
                _ => None,
            });
            begun.take(OFFERED).collect()
        };
        let today = options.today.unwrap_or_else(|| self.today());
        let context = Context {
            values: Some(&values),
            definitions: Some(&options.definitions),
            ..Context::new(snapshot.schema(), snapshot.entities(), today, &options.parameters)
        };
        plan::complete(text, cursor, &context)
    }

    fn run(&self, text: &Arc<str>, tree: &Arc<tree::Query>, options: &QueryOptions) -> Result<Answer, Error> {
        self.catch_up()?;
        let (ready, whole) = self.ready(text, tree, options)?;
        let text = whole.map_or_else(|| text.clone(), Arc::from);
        Answer::new(self, text, ready, limited(options))
    }

    /// A query made ready, and its text with what it calls, if it calls anything.
    fn ready(&self, text: &str, tree: &tree::Query, options: &QueryOptions) -> Result<(Ready, Option<String>), Error> {
        let expanded = options.definitions.expand(text, tree)?;
        match self.ready_expanded(&expanded.query, options) {
            Ok(mut ready) => {
                let named = called_without_brackets(&ready.query, &expanded.text, &options.definitions);
                let is_named =
                    |hint: &Diagnostic<QueryProblem>| named.iter().any(|named| named.span.range() == hint.span.range());
                ready.query.hints.retain(|hint| !is_named(hint));
                ready.query.hints.extend(named);
                ready.query.hints = ready.query.hints.into_iter().map(|hint| expanded.at_call(hint)).collect();
                let whole = if let Cow::Owned(text) = expanded.text { Some(text) } else { None };
                Ok((ready, whole))
            }
            Err(Error::Query(wrong)) => {
                Err(Error::Query(wrong.into_iter().map(|diagnostic| expanded.at_call(diagnostic)).collect()))
            }
            Err(other) => Err(other),
        }
    }
}

/// That words were read as text that are names of queries.
fn called_without_brackets(
    query: &plan::Query,
    text: &str,
    definitions: &Definitions,
) -> Vec<Diagnostic<QueryProblem>> {
    let unknown = query.readings.iter().filter(|reading| reading.is_unknown_word());
    let named = unknown.filter_map(|reading| Some((reading, definitions.get(text.get(reading.span.range())?)?)));
    let told = named.map(|(reading, definition)| {
        let (name, signature) = (definition.name().to_owned(), definition.signature());
        Diagnostic::warning(reading.span, WordProblem::QueryNotCalled { name, signature })
    });
    told.collect()
}

/// What is typed of a value at the end of a text.
fn typed_value(text: &str) -> &str {
    let quoted = text.bytes().filter(|byte| *byte == b'"').count() % 2 == 1;
    text.rsplit(|letter: char| letter == '"' || !quoted && (letter.is_whitespace() || ":,(".contains(letter)))
        .next()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::{Duration, UNIX_EPOCH};

    use serde_json::json;

    use super::*;
    use crate::model::{Day, Entity, Fact, Vocabulary};
    use crate::say::Remark;
    use crate::store::Options;

    /// A store, and its clock in days.
    fn store() -> (Store, Arc<AtomicU64>) {
        let vocabulary = "[world]\nname = 'x'\n[actions.left]\nlabel = 'left'\n\
                          [nouns.clubs]\nsingular = 'club'\nkinds = ['club']\nrole = 'object'";
        let days = Arc::new(AtomicU64::new(0));
        let hand = days.clone();
        let clock = move || UNIX_EPOCH + Duration::from_secs(hand.load(Ordering::Relaxed) * 86_400);
        let options = Options::new().author("ada").clock(clock);
        let vocabulary = Vocabulary::from_toml(vocabulary).unwrap();
        (Store::in_memory_with(&vocabulary, options).unwrap(), days)
    }

    fn commit(store: &Store, entities: &[serde_json::Value], facts: &[serde_json::Value]) {
        store
            .transact(None, |transaction| {
                for entity in entities {
                    transaction.define(serde_json::from_value::<Entity>(entity.clone()).unwrap())?;
                }
                for fact in facts {
                    transaction.assert(serde_json::from_value::<Fact>(fact.clone()).unwrap())?;
                }
                Ok::<_, Error>(())
            })
            .unwrap();
    }

    fn changes(store: &Store, text: &str) -> Vec<String> {
        let cells = |row: super::super::answer::Row| {
            let cell = |name: &str| row.cell(name).unwrap().label();
            ["id", "change", "what", "committed", "author", "reason"].map(cell).join("|")
        };
        store.query(text).unwrap().map(|row| cells(row.unwrap())).collect()
    }

    #[test]
    fn a_difference_of_days_of_the_store_reads_the_query_in_both() {
        let (store, days) = store();
        let club = |id: &str| json!({"entity": id, "kind": "club", "name": id});
        let left = |id: &str, club: &str, date: &str| json!({"id": id, "subject": "bob", "action": "left", "object": club, "date": date});
        days.store(10, Ordering::Relaxed);
        commit(&store, &[club("chess"), club("go")], &[left("a", "go", "1960"), left("b", "chess", "1961")]);
        days.store(20, Ordering::Relaxed);
        // A new entity comes before the others in the alphabet: numbers of entities are another state's.
        commit(
            &store,
            &[club("backgammon")],
            &[left("c", "go", "1962"), left("a", "go", "1960-02"), left("d", "backgammon", "1963")],
        );
        days.store(30, Ordering::Relaxed);
        store.transact(None, |transaction| transaction.retract("a", "a mistake")).unwrap();
        assert_eq!(
            changes(&store, "left go | diff known 1970-01-12..1970-01-25"),
            ["a|changed|date: 1960 → 1960-02|1970-01-21T00:00:00Z|ada|", "c|added||1970-01-21T00:00:00Z|ada|",]
        );
        assert_eq!(
            changes(&store, "left go | diff known 1970-01-25..1970-02-05"),
            ["a|removed||1970-01-31T00:00:00Z|ada|a mistake"]
        );
        // Before the first commit there was nothing, and no word of the vocabulary.
        assert_eq!(
            changes(&store, "left go | diff known 1970-01-02..1970-01-12"),
            ["a|added||1970-01-11T00:00:00Z|ada|"]
        );
        let error = store.query("left backgammon | diff known 1970-01-12..1970-01-25");
        assert!(error.is_ok(), "a word that means nothing yet is read as text");
    }

    #[test]
    fn that_it_is_another_day_where_the_user_is_is_told_if_the_answer_hangs_on_it() {
        let (store, days) = store();
        days.store(10, Ordering::Relaxed);
        commit(&store, &[], &[json!({"id": "a", "subject": "bob", "action": "left", "date": "1970-01-11"})]);
        let remarks = |text: &str, here: i32, today: Option<i32>| {
            let options = QueryOptions::new().here(Day::from_number(here)).today(today.map(Day::from_number));
            store.query_with(text, &options).unwrap().remarks()
        };
        let other = Remark::OtherDayHere { today: Day::from_number(10), here: Day::from_number(9) };
        for text in ["left in today", "left since yesterday", "left in last 3 days", "clubs"] {
            assert!(remarks(text, 9, None).contains(&other), "{text}");
            assert!(!remarks(text, 10, None).contains(&other), "{text}");
            assert!(!remarks(text, 9, Some(10)).contains(&other), "{text}: the day was set");
        }
        assert!(!remarks("left in 1970", 9, None).contains(&other));
    }

    #[test]
    fn a_remark_tells_how_many_facts_might_come_before_the_first() {
        let (store, _) = store();
        let left = |id: &str, date: &str| json!({"id": id, "subject": "bob", "action": "left", "date": date});
        commit(&store, &[], &[left("a", "1960-05-01"), left("b", "1960"), left("c", "1961")]);
        let remarks = |text: &str| store.query(text).unwrap().remarks();
        let order = |stage: &str, last, sort: Option<&str>| Remark::FirstOrLast {
            stage: stage.to_owned(),
            last,
            sort: sort.map(str::to_owned),
        };
        let first = order("first by subject", false, None);
        assert_eq!(remarks("left | first by subject"), [first, Remark::MightPrecede { count: 1 }]);
        assert_eq!(remarks("left | last by subject"), [order("last by subject", true, None)]);
        let first = order("first by subject", false, Some("sort -date"));
        assert_eq!(remarks("left | sort -date | first by subject"), [first]);
    }
}
