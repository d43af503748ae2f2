//! Acts, and the events by which they open and close a status.

use std::sync::Arc;

use crate::model::{Extent, Window};

/// An act with what matters to a status.
#[derive(Debug, Clone)]
pub struct Act<T> {
    /// The action.
    pub action: Arc<str>,
    /// The date of each field of the rule, in the order of
    /// [`StatusRule::fields`](super::StatusRule::fields).
    pub dates: Vec<Option<Extent>>,
    /// Whether it is certain that the act counts.
    pub certain: bool,
    /// What the caller identifies the act by.
    pub origin: T,
}

impl<T> Act<T> {
    /// The window of a stated date; a stretch may be any of its days.
    pub(super) fn stated(&self, field: usize) -> Option<Window> {
        self.dates.get(field).copied().flatten().map(Extent::days)
    }

    /// The same; an effect without a date lies on or after the act.
    pub(super) fn window(&self, field: usize) -> Option<Window> {
        self.stated(field).or_else(|| self.stated(0).map(|date| Window::since(date.first)))
    }

    /// The same; an effect without a date may lie before or after the act.
    pub(super) fn window_anywhere(&self, field: usize) -> Option<Window> {
        self.stated(field).or_else(|| self.stated(0).map(|_| Window::ALL))
    }
}

/// The opening or closing of a status by an act.
#[derive(Debug, Clone, Copy)]
pub(super) struct StatusEvent {
    /// The index of the act.
    pub act: usize,
    pub opens: bool,
    /// The window of its day; `None` if nothing is known about it.
    pub window: Option<Window>,
    /// The window of the day of the act.
    pub act_window: Option<Window>,
    /// Whether the act is certain.
    pub act_is_certain: bool,
    /// Whether another act may cancel it.
    pub may_be_cancelled: bool,
}

impl StatusEvent {
    pub(super) fn is_certain(&self) -> bool {
        self.act_is_certain && !self.may_be_cancelled
    }
}
