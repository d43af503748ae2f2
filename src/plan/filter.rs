//! And, or, not, maybe and unknown over tests, whatever the tests are of.

use crate::model::Truth;
use crate::syntax::Span;

/// What must hold of a row, in terms of tests of one kind: of records, which are
/// facts and entities, or of the cells of a table. Evaluates to a
/// [`Truth`].
#[derive(Debug, Clone, PartialEq, Default)]
pub enum FilterTree<T> {
    /// True of every row.
    #[default]
    All,
    /// True of no row.
    Nothing,
    /// All of them.
    And(Vec<FilterPart<T>>),
    /// Any of them.
    Or(Vec<FilterPart<T>>),
    /// Not so.
    Not(Box<FilterTree<T>>),
    /// Possibly so counts as so; what is unknown stays unknown.
    Maybe(Box<FilterTree<T>>),
    /// It is unknown whether it is so, for want of a date or a record; what is
    /// possible is not unknown. Whether that holds is always known.
    Unknown(Box<FilterTree<T>>),
    /// One test.
    Test(T),
}

/// A part of a conjunction or disjunction, with the place where it stands, so
/// that an empty answer can name what emptied it.
#[derive(Debug, Clone, PartialEq)]
pub struct FilterPart<T> {
    /// The condition.
    pub filter: FilterTree<T>,
    /// Where it stands in the query.
    pub span: Span,
}

impl<T> FilterTree<T> {
    /// The same, and true where it is only possible: each part of a conjunction by itself,
    /// which is the same and can be told of each.
    #[must_use]
    pub(crate) fn possibly(self) -> Self {
        match self {
            Self::All | Self::Nothing | Self::Maybe(_) | Self::Unknown(_) => self,
            Self::And(parts) => {
                let possibly = |part: FilterPart<T>| FilterPart { filter: part.filter.possibly(), span: part.span };
                Self::And(parts.into_iter().map(possibly).collect())
            }
            filter => Self::Maybe(Box::new(filter)),
        }
    }

    /// All of some conditions; of one that one, of none everything.
    pub fn all(mut parts: Vec<FilterPart<T>>) -> Self {
        match parts.len() {
            0 => Self::All,
            1 => parts.remove(0).filter,
            _ => Self::And(parts),
        }
    }

    /// Any of some conditions; of one that one, of none nothing.
    pub fn any(mut parts: Vec<FilterPart<T>>) -> Self {
        match parts.len() {
            0 => Self::Nothing,
            1 => parts.remove(0).filter,
            _ => Self::Or(parts),
        }
    }

    /// The same filter with other tests, each made from one of its own.
    ///
    /// # Errors
    ///
    /// The first error of making one.
    pub fn try_map<U, E>(&self, make: &mut dyn FnMut(&T) -> Result<U, E>) -> Result<FilterTree<U>, E> {
        let parts = |parts: &[FilterPart<T>],
                     make: &mut dyn FnMut(&T) -> Result<U, E>|
         -> Result<Vec<FilterPart<U>>, E> {
            parts.iter().map(|part| Ok(FilterPart { filter: part.filter.try_map(make)?, span: part.span })).collect()
        };
        Ok(match self {
            Self::All => FilterTree::All,
            Self::Nothing => FilterTree::Nothing,
            Self::And(all) => FilterTree::And(parts(all, make)?),
            Self::Or(any) => FilterTree::Or(parts(any, make)?),
            Self::Not(filter) => FilterTree::Not(Box::new(filter.try_map(make)?)),
            Self::Maybe(filter) => FilterTree::Maybe(Box::new(filter.try_map(make)?)),
            Self::Unknown(filter) => FilterTree::Unknown(Box::new(filter.try_map(make)?)),
            Self::Test(test) => FilterTree::Test(make(test)?),
        })
    }

    /// The conditions that must all hold, each with its place in the query: of a
    /// conjunction its parts, of `All` none, else the filter itself, which stands nowhere in
    /// particular.
    pub fn conjuncts(&self) -> Vec<(&Self, Option<Span>)> {
        match self {
            Self::And(parts) => parts.iter().map(|part| (&part.filter, Some(part.span))).collect(),
            Self::All => Vec::new(),
            other => vec![(other, None)],
        }
    }

    /// The truth of the filter for one row, from the truth of each test of it.
    ///
    /// # Errors
    ///
    /// The first error of a test.
    pub fn truth<E>(&self, test: &mut dyn FnMut(&T) -> Result<Truth, E>) -> Result<Truth, E> {
        Ok(match self {
            Self::All => Truth::True,
            Self::Nothing => Truth::False,
            Self::And(parts) => {
                let mut truth = Truth::True;
                for part in parts {
                    truth = truth.and(part.filter.truth(test)?);
                }
                truth
            }
            Self::Or(parts) => {
                let mut truth = Truth::False;
                for part in parts {
                    truth = truth.or(part.filter.truth(test)?);
                }
                truth
            }
            Self::Not(filter) => !filter.truth(test)?,
            Self::Maybe(filter) => match filter.truth(test)? {
                Truth::Possible => Truth::True,
                other => other,
            },
            Self::Unknown(filter) => (filter.truth(test)? == Truth::Unknown).into(),
            Self::Test(one) => test(one)?,
        })
    }

    /// Visits every test, whatever is negated, in the order of the text.
    pub fn each_test<'f>(&'f self, visit: &mut dyn FnMut(&'f T)) {
        match self {
            Self::All | Self::Nothing => {}
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.filter.each_test(visit)),
            Self::Not(filter) | Self::Maybe(filter) | Self::Unknown(filter) => filter.each_test(visit),
            Self::Test(test) => visit(test),
        }
    }
}
