//! An embedded knowledge store for dated, sourced facts, with a query
//! language that reads like a sentence.
//!
//! [`Store`] is the way in: open one, [`transact`](Store::transact) facts into
//! it, [`query`](Store::query) them. The modules are the layers below, each
//! usable as it is; `ARCHITECTURE.md` in the repository says which owns what.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod exchange;
pub mod exec;
pub mod index;
pub mod journal;
pub mod model;
pub mod plan;
pub mod store;
pub mod syntax;

mod error;

pub use error::Error;
pub use exec::Cancel;
pub use model::{Cell, Date, Day, Entity, Fact, Source, Vocabulary};
pub use plan::{Parameter, Parameters};
pub use store::{
    Access, Answer, Asserted, Change, CheckReport, Event, ImportOptions, ImportReport, Options, Outcome, Prepared,
    Progress, QueryOptions, Row, Statistics, Store, Transaction, UnresolvedName, World,
};

/// The README's program is compiled and run with the documentation's tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
