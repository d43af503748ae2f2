//! Kinds of rows as types, so that a stage that its rows do not have cannot be
//! written.

use std::convert::Infallible;
use std::fmt;

/// A kind of rows: facts, entities, or the rows of a table. It says what such
/// rows can be asked and what can be done with them alone, so that a stage that
/// its rows do not have cannot be written.
pub trait Domain: fmt::Debug + Clone + PartialEq {
    /// A test of a row.
    type Test: fmt::Debug + Clone + PartialEq;
    /// A value that a row has by itself.
    type Value: fmt::Debug + Clone + PartialEq;
    /// A date of facts beside the row.
    type OtherDate: fmt::Debug + Clone + PartialEq;
    /// A stage of such rows alone that leaves them what they are.
    type Narrowing: NamedStage + fmt::Debug + Clone + PartialEq;
    /// A stage of such rows alone that makes a table of them.
    type Tabulation: NamedStage + fmt::Debug + Clone + PartialEq;
}

/// A stage that has a name, as explanations call it.
pub trait NamedStage {
    /// The name.
    fn name(&self) -> &'static str;
}

impl NamedStage for Infallible {
    fn name(&self) -> &'static str {
        match *self {}
    }
}
