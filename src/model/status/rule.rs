//! What opens, closes and cancels a status: the declaration of a vocabulary,
//! with every word replaced by the actions that it stands for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::cancellations::Cancellations;
use super::covering_umbrellas::CoveringUmbrellas;
use super::event::{Act, StatusEvent};
use crate::model::{Day, Extent, Schema, Truth, fold};

/// The declaration of a status, with umbrellas and forms replaced by actions.
#[derive(Debug, Clone)]
pub struct StatusRule {
    /// The acts that open and close it.
    transitions: Vec<TransitionRule>,
    /// Cancelling actions, each time with the actions that they cancel.
    cancels: Vec<(Vec<String>, Vec<String>)>,
    /// The date fields that the transitions name; the first is `date`.
    fields: Vec<Arc<str>>,
    /// The actions that take effect on a date of their subject, each with the index of
    /// the date field: that may be before the act.
    of_subject: BTreeSet<(String, usize)>,
    umbrellas: CoveringUmbrellas,
}

/// How acts change a status.
#[derive(Debug, Clone)]
struct TransitionRule {
    actions: Vec<String>,
    /// The index of the date field in the fields of the rule.
    field: usize,
    opens: bool,
}

impl StatusRule {
    /// The rule of a status that the vocabulary declares, if there is one of that
    /// name.
    #[must_use]
    pub fn new(schema: &Schema, status: &str) -> Option<Self> {
        let vocabulary = schema.vocabulary();
        let folded = fold(status);
        let declared = vocabulary.status.iter().find(|(name, _)| fold(name) == folded).map(|(_, status)| status)?;
        let unfolded = |name: &str| schema.action_word(name).map(|word| word.actions.clone()).unwrap_or_default();
        let mut fields: Vec<Arc<str>> = vec!["date".into()];
        let mut transitions = Vec::new();
        for (transition, opens) in declared
            .open
            .iter()
            .map(|transition| (transition, true))
            .chain(declared.close.iter().map(|transition| (transition, false)))
        {
            let name = &schema.field(&transition.at)?.name;
            let field = fields.iter().position(|known| known == name).unwrap_or(fields.len());
            if field == fields.len() {
                fields.push(name.clone());
            }
            transitions.push(TransitionRule { actions: unfolded(&transition.by), field, opens });
        }
        // Cancelling actions without effect on this status are left out.
        let has_effect = |action: &String| {
            transitions.iter().any(|transition| transition.field > 0 && transition.actions.contains(action))
        };
        let cancels = vocabulary
            .cancels
            .iter()
            .map(|(by, what)| (unfolded(by), unfolded(what)))
            .filter(|(_, what)| what.iter().any(has_effect))
            .collect();
        let of_subject = vocabulary.actions.iter().flat_map(|(action, declared)| {
            let fields = fields.iter().enumerate().filter(|(_, field)| declared.computed.contains_key(&***field));
            fields.map(|(field, _)| (action.clone(), field)).collect::<Vec<_>>()
        });
        let of_subject = of_subject.collect();
        let rule = Self { transitions, cancels, fields, of_subject, umbrellas: CoveringUmbrellas::default() };
        Some(rule.with_umbrellas(schema))
    }

    fn with_umbrellas(mut self, schema: &Schema) -> Self {
        let actions: Vec<&str> = self.actions().collect();
        self.umbrellas = CoveringUmbrellas::of(schema, &actions);
        self
    }

    /// The rule of a status that some actions open and others close, each on the
    /// date of the act.
    #[must_use]
    pub fn of_actions(open: Vec<String>, close: Vec<String>, schema: &Schema) -> Self {
        let transitions = vec![
            TransitionRule { actions: open, field: 0, opens: true },
            TransitionRule { actions: close, field: 0, opens: false },
        ];
        let (fields, of_subject) = (vec!["date".into()], BTreeSet::new());
        Self { transitions, cancels: Vec::new(), fields, of_subject, umbrellas: CoveringUmbrellas::default() }
            .with_umbrellas(schema)
    }

    /// The date fields that acts must be given with; the first is `date`.
    #[must_use]
    pub fn fields(&self) -> &[Arc<str>] {
        &self.fields
    }

    /// All actions that open, close or cancel, and the umbrellas that cover them.
    pub fn actions(&self) -> impl Iterator<Item = &str> {
        let transitions = self.transitions.iter().flat_map(|transition| &transition.actions);
        let cancels = self.cancels.iter().flat_map(|(by, _)| by);
        transitions.chain(cancels).map(String::as_str).chain(self.umbrellas.names())
    }

    /// The indexes of the date fields on which acts of an action open or close.
    pub fn fields_of(&self, action: &str) -> impl Iterator<Item = usize> {
        let of_action = move |transition: &&TransitionRule| transition.actions.iter().any(|one| one == action);
        self.transitions.iter().filter(of_action).map(|transition| transition.field)
    }

    /// Whether what an act does at a date field may be earlier than the act.
    fn may_precede<T>(&self, act: &Act<T>, field: usize) -> bool {
        let may_be = |action: &String| self.umbrellas.was(&act.action, std::slice::from_ref(action)).is_possible();
        self.of_subject.iter().any(|(action, of)| *of == field && may_be(action))
    }

    /// A day before which an act does nothing.
    #[must_use]
    pub(crate) fn first_day<T>(&self, act: &Act<T>) -> Day {
        let is_undated = |(field, date): (usize, &Option<Extent>)| date.is_none() && self.may_precede(act, field);
        // What is not dated lies on or after the act's own date; without that, anywhere.
        let dated = act.dates.first().is_some_and(Option::is_some);
        if !dated || act.dates.iter().enumerate().any(is_undated) {
            return Day::PAST;
        }
        act.dates.iter().flatten().map(|date| date.earliest()).min().unwrap_or(Day::PAST)
    }

    /// The actions that open it.
    pub fn opening(&self) -> impl Iterator<Item = &str> {
        let opening = self.transitions.iter().filter(|transition| transition.opens);
        opening.flat_map(|transition| &transition.actions).map(String::as_str)
    }

    /// The events that acts of one subject on one object cause.
    pub(super) fn events<T>(&self, acts: &[Act<T>]) -> Vec<StatusEvent> {
        let mut events = Vec::new();
        let cancellations = Cancellations::new(&self.cancels, &self.umbrellas, acts);
        for (place, act) in acts.iter().enumerate() {
            let mut transitions: BTreeMap<(usize, bool), Truth> = BTreeMap::new();
            for transition in &self.transitions {
                let held = transitions.entry((transition.field, transition.opens)).or_insert(Truth::False);
                *held = held.or(self.umbrellas.was(&act.action, &transition.actions));
            }
            transitions.retain(|_, does| does.is_possible());
            for (&(field, opens), does) in &transitions {
                // A status that one act opens and closes on the same day is never in force.
                let at_once = opens && transitions.get(&(field, false)).is_some_and(|closes| closes.is_definite());
                let cancelled = if field == 0 { Truth::False } else { cancellations.truth(acts, place, field) };
                if at_once || cancelled.is_definite() {
                    continue;
                }
                events.push(StatusEvent {
                    act: place,
                    opens,
                    window: if self.may_precede(act, field) { act.window_anywhere(field) } else { act.window(field) },
                    act_window: act.stated(0),
                    act_is_certain: act.certain && does.is_definite(),
                    may_be_cancelled: cancelled.is_possible(),
                });
            }
        }
        events
    }
}
