//! What opens, closes and cancels a status: the declaration of a vocabulary,
//! with every word replaced by the actions that it stands for.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::event::{Act, StatusEvent};
use crate::model::{Schema, Truth, Window, fold};

/// The declaration of a status, with umbrellas and forms replaced by actions.
#[derive(Debug, Clone)]
pub struct StatusRule {
    /// The acts that open and close it.
    transitions: Vec<TransitionRule>,
    /// Cancelling actions, each with the actions that it cancels.
    cancels: Vec<(String, Vec<String>)>,
    /// The date fields that the transitions name; the first is `date`.
    fields: Vec<Arc<str>>,
    /// The umbrellas that cover one of these actions, each with all that it covers:
    /// of some acts no more is known than that it was one of them.
    umbrellas: Vec<(String, Vec<String>)>,
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
            .flat_map(|(by, what)| unfolded(by).into_iter().map(move |by| (by, what)))
            .map(|(by, what)| (by, unfolded(what)))
            .filter(|(_, what)| what.iter().any(has_effect))
            .collect();
        Some(Self { transitions, cancels, fields, umbrellas: Vec::new() }.with_umbrellas(schema))
    }

    fn with_umbrellas(mut self, schema: &Schema) -> Self {
        let umbrellas = schema.vocabulary().umbrellas.iter();
        let mut umbrellas: Vec<(String, Vec<String>)> =
            umbrellas.map(|(name, umbrella)| (name.clone(), umbrella.covers.clone())).collect();
        umbrellas.retain(|(_, covers)| self.actions().any(|action| covers.iter().any(|covered| covered == action)));
        self.umbrellas = umbrellas;
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
        Self { transitions, cancels: Vec::new(), fields: vec!["date".into()], umbrellas: Vec::new() }
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
        let cancels = self.cancels.iter().map(|(action, _)| action);
        transitions.chain(cancels).chain(self.umbrellas.iter().map(|(name, _)| name)).map(String::as_str)
    }

    /// Whether an act that is recorded under a name was one of some actions.
    fn was(&self, recorded: &str, actions: &[String]) -> Truth {
        if actions.iter().any(|action| action == recorded) {
            return Truth::True;
        }
        let Some((_, covers)) = self.umbrellas.iter().find(|(name, _)| name == recorded) else { return Truth::False };
        Truth::from_bounds(
            covers.iter().all(|covered| actions.contains(covered)),
            covers.iter().any(|covered| actions.contains(covered)),
        )
    }

    /// The events that acts of one subject on one object cause.
    pub(super) fn events<T>(&self, acts: &[Act<T>]) -> Vec<StatusEvent> {
        let mut events = Vec::new();
        for (place, act) in acts.iter().enumerate() {
            let mut transitions: BTreeMap<(usize, bool), Truth> = BTreeMap::new();
            for transition in &self.transitions {
                let held = transitions.entry((transition.field, transition.opens)).or_insert(Truth::False);
                *held = held.or(self.was(&act.action, &transition.actions));
            }
            transitions.retain(|_, does| does.is_possible());
            for (&(field, opens), does) in &transitions {
                // A status that one act opens and closes on the same day is never in force.
                let at_once = opens && transitions.get(&(field, false)).is_some_and(|closes| closes.is_definite());
                let cancelled = if field == 0 { Truth::False } else { self.cancelled(acts, place, field) };
                if at_once || cancelled.is_definite() {
                    continue;
                }
                events.push(StatusEvent {
                    act: place,
                    opens,
                    window: act.window(field),
                    act_window: act.stated(0),
                    act_is_certain: act.certain && does.is_definite(),
                    may_be_cancelled: cancelled.is_possible(),
                });
            }
        }
        events
    }

    /// Whether another act cancels the effect of an act at a date field: an act of
    /// a cancelling action that does not come before the act, and comes before the effect.
    fn cancelled<T>(&self, acts: &[Act<T>], place: usize, field: usize) -> Truth {
        let Some(notice) = acts.get(place) else { return Truth::False };
        let given = notice.stated(0).unwrap_or(Window::ALL);
        let cancels = |act: &Act<T>| {
            let cancels = self.cancels.iter().map(|(by, what)| {
                (what, self.was(&act.action, std::slice::from_ref(by)).and(self.was(&notice.action, what)))
            });
            cancels.filter(|(_, truth)| truth.is_possible()).max_by_key(|(_, truth)| *truth)
        };
        let mut truth = Truth::False;
        for (other, act) in acts.iter().enumerate().filter(|(other, _)| *other != place) {
            let Some((what, is_so)) = cancels(act) else { continue };
            let back = act.stated(0).unwrap_or(Window::ALL);
            let in_order = Truth::from_bounds(given.last <= back.first, given.first <= back.last);
            let in_time = match notice.stated(field) {
                Some(effect) => Truth::from_bounds(effect.first > back.last, effect.last > back.first),
                // Only a notice without effect so far can be cancelled. One whose
                // effect has no date is meant, unless it may be another notice.
                None => Truth::from_bounds(
                    !acts.iter().enumerate().any(|(third, act)| {
                        third != place
                            && third != other
                            && self.was(&act.action, what).is_possible()
                            && act.stated(0).is_none_or(|date| date.last >= given.first && date.first <= back.last)
                    }),
                    true,
                ),
            };
            let by_this = in_order.and(in_time).and(is_so);
            truth = truth.or(if act.certain { by_this } else { by_this.min(Truth::Possible) });
        }
        truth
    }
}
