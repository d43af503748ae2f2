//! Acts, and the events by which they open and close a status.

use std::sync::Arc;

use crate::model::{Extent, Window};

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

impl<T> Act<T> {
    /// On which days it may have had the date of a field; a stretch is any of its days.
    pub(super) fn stated(&self, field: usize) -> Option<Window> {
        self.dates.get(field).copied().flatten().map(Extent::days)
    }

    /// The same, where an effect that is not dated lies on or after the act.
    pub(super) fn window(&self, field: usize) -> Option<Window> {
        self.stated(field).or_else(|| self.stated(0).map(|date| Window::since(date.first)))
    }
}

/// That an act opens or closes the status on some day.
#[derive(Debug, Clone, Copy)]
pub(super) struct StatusEvent {
    /// The place of its act.
    pub act: usize,
    pub opens: bool,
    /// On which day; none if nothing is known of it.
    pub window: Option<Window>,
    /// The date of its act.
    pub act_window: Option<Window>,
    /// Whether its act is certain.
    pub act_is_certain: bool,
    /// Whether it may be taken back.
    pub may_be_cancelled: bool,
}

impl StatusEvent {
    pub(super) fn is_certain(&self) -> bool {
        self.act_is_certain && !self.may_be_cancelled
    }

    /// Whether it counts if both fall on one day: if its act is certainly the later.
    pub(super) fn overrides(&self, other: &Self) -> bool {
        self.act_window.zip(other.act_window).is_some_and(|(own, other)| own.first > other.last)
    }
}
