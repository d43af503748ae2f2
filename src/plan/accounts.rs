//! On whose account: the tellers of `according to`, and `source {…}`, whose conditions
//! are about one source of a fact. Which facts these tell is not known here.

use std::sync::Arc;

use super::check::Checker;
use super::report::{Checked, Reported};
use super::scope::Scope;
use super::{
    Account, AccountProblem, Filter, Meaning, NotOfOneSource, Parameter, ParameterProblem, RecordTest, TellerField,
    Tellers, suggest,
};
use crate::model::{Coverage, Entities, Resolution, Schema, caseless, fold};
use crate::syntax::tree::{self, Expression};
use crate::syntax::{Span, Spanned, print_condition, print_value, print_when};

impl Account {
    /// What is claimed to be complete of what is told; none if all claims count, as
    /// without an account. Only a publisher claims anything of what it publishes.
    pub(crate) fn claimants(&self) -> Option<&[Arc<str>]> {
        match &self.tellers {
            _ if self.first => None,
            Tellers::Named { field: TellerField::Publisher, names } => Some(names),
            Tellers::Named { .. } | Tellers::Passing(_) => Some(&[]),
        }
    }

    /// The claims that count, in a world.
    pub(crate) fn coverage(account: Option<&Self>, schema: &Schema, entities: &Entities) -> Coverage {
        match account.and_then(Self::claimants) {
            Some(names) => Coverage::claimed_by(schema, entities, names),
            None => Coverage::new(schema, entities),
        }
    }
}

/// How many names a message lists.
const MOST_NAMES: usize = 6;

impl Checker<'_> {
    /// `according to …`
    pub(super) fn account(&mut self, account: &Spanned<tree::Account>) -> Checked<Arc<Account>> {
        let (tellers, first) = match &account.value {
            tree::Account::Teller { name, first } => (self.teller(name, account.span, *first)?, *first),
            tree::Account::Sources(filter) => {
                let condition = print_condition(filter);
                self.report.read(account.span, Meaning::AccountOfSources { condition });
                (Tellers::Passing(self.of_one_source(filter)?), false)
            }
        };
        Ok(Arc::new(Account { tellers, first }))
    }

    /// `(… according to …)`
    pub(super) fn account_group(&mut self, inner: &Expression, account: &Spanned<tree::Account>) -> Checked<Filter> {
        let account = self.account(account);
        let filter = self.condition(inner);
        Ok(Filter::Test(RecordTest::According { account: account?, filter: Arc::new(filter?) }))
    }

    /// `source {…}`
    pub(super) fn source(&mut self, inner: &Expression, span: Span) -> Checked<Filter> {
        if let Some(noun) = self.scope.noun.clone() {
            let (plural, condition) = (noun.plural.to_string(), print_condition(inner));
            return Err(self.report.refuse(span, AccountProblem::SourceOfEntities { plural, condition }));
        }
        self.report.read(span, Meaning::OneSource { condition: print_condition(inner) });
        Ok(Filter::Test(RecordTest::Source(Arc::new(self.of_one_source(inner)?))))
    }

    /// Conditions on a fact as one of its sources gives it.
    fn of_one_source(&mut self, filter: &Expression) -> Checked<Filter> {
        let scope = Scope { using: None, until: None, ..Scope::facts(None) };
        let found = self.in_own_scope(scope, |this| this.condition(filter))?;
        let mut refused = None;
        found.each_test(&mut |test| {
            let what = match test {
                RecordTest::Status(_) => NotOfOneSource::Status,
                RecordTest::Other(_) | RecordTest::Relative { .. } => NotOfOneSource::OtherFacts,
                RecordTest::Given { .. } => NotOfOneSource::Query,
                RecordTest::According { .. } | RecordTest::Source(_) => NotOfOneSource::Sources,
                RecordTest::Computed { .. } => NotOfOneSource::Calculation,
                _ => return,
            };
            refused.get_or_insert(what);
        });
        match refused {
            Some(what) => Err(self.report.refuse(filter.span, AccountProblem::NotOfOneSource(what))),
            None => Ok(found),
        }
    }

    /// The sources that a name means: those whose account somebody reports who is called
    /// so, else those of a publisher who is.
    fn teller(&mut self, name: &Spanned<tree::Value>, span: Span, first: bool) -> Checked<Tellers> {
        let written = self.name_of_teller(name)?;
        let values = |field: TellerField| self.context.values.map(|values| values(field.name())).unwrap_or_default();
        let reported = values(TellerField::AccordingTo);
        let mut published = values(TellerField::Publisher);
        published.extend(self.context.schema.vocabulary().publishers.keys().cloned());
        let (reporting, publishers) = (self.called(&reported, &written), self.called(&published, &written));
        let (field, names, publishers) = match (reporting.is_empty(), publishers.is_empty()) {
            (false, _) => (TellerField::AccordingTo, reporting, publishers),
            (true, false) => (TellerField::Publisher, publishers, Vec::new()),
            (true, true) => return Err(self.refuse_teller(name.span, written, [reported, published].concat())),
        };
        let (tellers, reported) = (names.clone(), field == TellerField::AccordingTo);
        self.report.read(span, Meaning::AccountOfTeller { name: written, tellers, reported, publishers, first });
        Ok(Tellers::Named { field, names })
    }

    /// Those of some names that mean who is called so, each once.
    fn called(&self, names: &[String], written: &str) -> Vec<Arc<str>> {
        let called = names.iter().filter(|name| self.is_called(name, written));
        one_of_each(called.map(|name| name.as_str().into()).collect())
    }

    fn name_of_teller(&mut self, name: &Spanned<tree::Value>) -> Checked<String> {
        let tree::Value::Parameter(parameter) = &name.value else {
            return Ok(match &name.value {
                tree::Value::Word(text) | tree::Value::Quoted(text) => text.clone(),
                other => print_value(other),
            });
        };
        match self.parameter(parameter, "Gazette", name.span)? {
            Parameter::Text(text) => Ok(text),
            Parameter::Number(number) => Ok(number.to_string()),
            Parameter::Date(when) => Ok(print_when(&when)),
            Parameter::List(_) => {
                Err(self.report.refuse(name.span, ParameterProblem::List { name: parameter.clone() }))
            }
        }
    }

    /// Whether a value of a source is a name, or both are names of one entity.
    fn is_called(&self, value: &str, name: &str) -> bool {
        let entity = |name: &str| match self.context.entities.resolve(name) {
            Resolution::One(number) => Some(number),
            Resolution::Unknown | Resolution::Ambiguous(_) => None,
        };
        caseless(value) == caseless(name) || entity(name).is_some_and(|number| entity(value) == Some(number))
    }

    /// Refuses a name that no source has.
    fn refuse_teller(&mut self, span: Span, name: String, mut known: Vec<String>) -> Reported {
        known.sort_unstable();
        known.dedup();
        let similar = suggest::similar(&name, known.iter().map(String::as_str));
        let folded = fold(&name).into_owned();
        let containing: Vec<String> = known.iter().filter(|value| fold(value).contains(&*folded)).cloned().collect();
        let tellers = match similar {
            Some(similar) => vec![similar],
            None if !containing.is_empty() => containing,
            None if known.len() <= MOST_NAMES => known,
            None => Vec::new(),
        };
        let tellers = tellers.into_iter().take(MOST_NAMES).collect();
        self.report.refuse(span, AccountProblem::UnknownTeller { name, tellers })
    }
}

/// Names without those that differ from another in case alone.
fn one_of_each(mut names: Vec<Arc<str>>) -> Vec<Arc<str>> {
    names.sort_unstable();
    names.dedup_by(|one, other| caseless(one) == caseless(other));
    names
}
