//! Acts folded into states: whether somebody has a status on a day, and since when.
//!
//! Every act happened on one day within the bounds of its date, whichever. A
//! status is there on a day if the last act up to that day that opens or closes
//! it opened it. It is definitely there if that is so whichever days the acts
//! fell on, and possibly if it is so for some.

use std::sync::Arc;

use super::{Extent, Schema, Truth, Window};

/// A status of a vocabulary made ready: its umbrellas unfolded.
#[derive(Debug, Clone)]
pub struct StatusRule {
    /// What opens and closes it.
    edges: Vec<Edge>,
    /// The action, and those whose effect it takes away.
    cancels: Vec<(String, Vec<String>)>,
    /// The date fields that the edges name, `date` first.
    fields: Vec<Arc<str>>,
}

/// What an act of some actions does to a status.
#[derive(Debug, Clone)]
struct Edge {
    actions: Vec<String>,
    /// The place of the date field in the rule's fields.
    field: usize,
    opens: bool,
}

/// An act as statuses see it.
#[derive(Debug, Clone)]
pub struct Act<T> {
    /// What was done.
    pub action: Arc<str>,
    /// For each of the rule's fields the date.
    pub dates: Vec<Option<Extent>>,
    /// Whether it is certain that the act is to be folded.
    pub certain: bool,
    /// Whatever tells it from others.
    pub origin: T,
}

/// A stretch of time in which a status is there.
#[derive(Debug, Clone, PartialEq)]
pub struct Period<T> {
    /// On which day it began; none if nothing is known of it.
    pub start: Option<Window>,
    /// The act that opened it.
    pub opened: T,
    /// On which day it was there no more, and the act that closed it.
    pub end: Option<(Option<Window>, T)>,
}

/// All acts of one pair that open or close one status.
#[derive(Debug, Clone)]
pub struct Standing<T> {
    acts: Vec<Act<T>>,
}

impl StatusRule {
    /// The rule of a status that a vocabulary declares.
    #[must_use]
    pub fn new(schema: &Schema, status: &str) -> Option<Self> {
        todo!("{schema:?} {status}")
    }

    /// The date fields that acts are to be read with, `date` first.
    #[must_use]
    pub fn fields(&self) -> &[Arc<str>] {
        &self.fields
    }

    /// The actions that matter to it.
    pub fn actions(&self) -> impl Iterator<Item = &str> {
        let edges = self.edges.iter().flat_map(|edge| &edge.actions);
        edges.chain(self.cancels.iter().map(|(action, _)| action)).map(String::as_str)
    }
}

impl<T: Clone> Standing<T> {
    /// Folds the acts of one pair, in any order.
    #[must_use]
    pub fn new(rule: &StatusRule, acts: Vec<Act<T>>) -> Self {
        todo!("{rule:?} {}", acts.len())
    }

    /// Whether the status is there on a day: whichever day a date may be, or
    /// for a stretch on some day of it. Without a date: unknown, unless it is
    /// so on every day or on none.
    #[must_use]
    pub fn holds(&self, at: Option<Extent>) -> Truth {
        todo!("{at:?} {}", self.acts.len())
    }

    /// The stretches of time in which the status is there, in order.
    #[must_use]
    pub fn periods(&self) -> Vec<Period<T>> {
        todo!()
    }
}
