//! Tests of statuses, naively: the acts of a pair, what each does, and how many
//! there are at the other end.

use super::calculation::hull;
use super::standing::{self, Event};
use super::whole::{Party, Row, Scan, opposite};
use crate::model::vocabulary::Role;
use crate::model::{Cell, Extent, Truth, Window};
use crate::plan::{At, Counterparts, StatusTest};

impl Scan<'_> {
    /// Whether somebody who is counted is there at a date.
    pub fn there(&self, party: Option<&Party>, at: Option<Extent>) -> Truth {
        let Some(Party::Entity(number)) = party else { return Truth::True };
        let entity = self.entities.get(*number);
        match at {
            None if entity.from.is_none() && entity.until.is_none() => Truth::True,
            None => Truth::Unknown,
            Some(at) => entity.life().holds(at),
        }
    }

    pub fn status(&self, test: &StatusTest, row: Row) -> Truth {
        let (own, at) = self.tested(test, row);
        let Some(own) = own else {
            return match &test.others {
                Counterparts::Count { least: 0, .. } => Truth::True,
                _ => Truth::False,
            };
        };
        let recorded = |other: &Option<Party>| standing::holds(&self.events(test, &own, other.as_ref()), at);
        let with = |other: &Option<Party>| match (recorded(other), other) {
            (Truth::False, Some(party)) => {
                let object = if test.role == Role::Object { &own } else { party };
                let may_be = self.might_open(test, object, &self.events(test, &own, Some(party)), at);
                if may_be { Truth::Unknown } else { Truth::False }
            }
            (truth, _) => truth,
        };
        match &test.others {
            Counterparts::Entities(numbers) => {
                numbers.iter().map(|number| with(&Some(self.judge.party_of(*number)))).fold(Truth::False, Truth::max)
            }
            Counterparts::Query(query) => {
                let given = self.given(query).into_iter().map(|(cell, truth)| (self.namesake(&cell), truth));
                let others = self.named_at(opposite(test.role)).into_iter();
                let unrecorded = others.filter(|other| self.might_give(query, other));
                let all = given.chain(unrecorded.map(|other| (other, Truth::Unknown)));
                all.map(|(other, truth)| truth.min(with(&Some(other)))).fold(Truth::False, Truth::max)
            }
            Counterparts::Count { least, most } => {
                let alive = |other: &Option<Party>| recorded(other).min(self.there(other.as_ref(), at));
                let truths: Vec<(Option<Party>, Truth)> =
                    self.parties(test).into_iter().map(|other| (other.clone(), alive(&other))).collect();
                let counted: Vec<Party> = truths
                    .iter()
                    .filter(|(_, truth)| *truth > Truth::False)
                    .filter_map(|(other, _)| other.clone())
                    .collect();
                let more = self.might_be_others(test, &own, at, &counted);
                let so_many = |count: u64, than: Truth| {
                    let known = truths.iter().filter(|(_, truth)| *truth >= than).count() as u64;
                    known >= count || than == Truth::Unknown && more.is_none_or(|more| known + more >= count)
                };
                let at_least = |count: u64| {
                    let known = [Truth::True, Truth::Possible, Truth::Unknown].into_iter();
                    known.filter(|truth| so_many(count, *truth)).max().unwrap_or(Truth::False)
                };
                let at_most = most.map_or(Truth::True, |most| !at_least(most + 1));
                at_least(*least).min(at_most)
            }
        }
    }

    /// With how many a row definitely has a status.
    pub fn holders(&self, test: &StatusTest, row: Row) -> usize {
        let (own, at) = self.tested(test, row);
        let Some(own) = own else { return 0 };
        let definite = |other: &&Option<Party>| {
            let there = self.there(other.as_ref(), at);
            standing::holds(&self.events(test, &own, other.as_ref()), at).min(there).is_definite()
        };
        self.parties(test).iter().filter(definite).count()
    }

    /// With how many it is unknown whether a row has a status; nothing if nobody can
    /// tell how many there are.
    pub fn unknown_holders(&self, test: &StatusTest, row: Row) -> Option<u64> {
        let (own, at) = self.tested(test, row);
        let own = own?;
        let truth = |other: &Option<Party>| {
            standing::holds(&self.events(test, &own, other.as_ref()), at).min(self.there(other.as_ref(), at))
        };
        let truths: Vec<(Option<Party>, Truth)> =
            self.parties(test).into_iter().map(|other| (other.clone(), truth(&other))).collect();
        let of = |least: Truth| {
            truths.iter().filter(move |(_, truth)| *truth >= least).filter_map(|(other, _)| other.clone())
        };
        let known: Vec<Party> = of(Truth::Unknown).collect();
        let undated = known.len() - of(Truth::Possible).count();
        Some(self.might_be_others(test, &own, at, &known)? + undated as u64)
    }

    /// Who is tested, and when.
    fn tested(&self, test: &StatusTest, row: Row) -> (Option<Party>, Option<Extent>) {
        let own = match row {
            Row::Fact(place) => self.end(place, test.role),
            Row::Entity(number, _) => Some(self.judge.party_of(number)),
        };
        let at = match test.at {
            At::Day(day) => Some(Extent::Point(Window::day(day))),
            At::Fact | At::Row => self.at(row).map(|date| date.extent()),
        };
        (own, at)
    }

    /// Everybody who stands at the other end of some fact; nobody is not one of
    /// those who are counted.
    fn parties(&self, test: &StatusTest) -> Vec<Option<Party>> {
        let mut parties: Vec<Option<Party>> =
            (0..self.facts.len()).filter_map(|place| self.end(place, opposite(test.role))).map(Some).collect();
        parties.sort();
        parties.dedup();
        parties
    }

    /// Whether a word of the vocabulary means an action.
    pub fn means(&self, word: &str, action: &str) -> bool {
        let umbrella = self.schema.vocabulary().umbrellas.get(word);
        word == action || umbrella.is_some_and(|umbrella| umbrella.covers.iter().any(|one| one == action))
    }

    /// Whether an act that is recorded under a name is what a word of the vocabulary
    /// means: of one that is known by an umbrella it may be so.
    pub fn meant(&self, word: &str, recorded: &str) -> Truth {
        match self.schema.vocabulary().umbrellas.get(recorded) {
            _ if self.means(word, recorded) => Truth::True,
            Some(umbrella) if umbrella.covers.iter().all(|action| self.means(word, action)) => Truth::True,
            Some(umbrella) if umbrella.covers.iter().any(|action| self.means(word, action)) => Truth::Possible,
            _ => Truth::False,
        }
    }

    /// The day that an act has for a field by itself.
    pub fn day_of(&self, place: usize, field: &str) -> Option<Window> {
        self.values(field, Row::Fact(place)).first().and_then(Cell::as_date).map(|date| hull(date.extent()))
    }

    /// Whether other acts of the pair take away what one does at a field: those
    /// that are not before it, but before that effect. An effect that nobody
    /// dates is the one that is taken away, unless another notice may be meant.
    fn revoked(&self, acts: &[(usize, Truth)], place: usize, field: &str) -> Truth {
        let action = |place: usize| self.facts[place].action.as_str();
        let mut truth = Truth::False;
        for (what, is_so, (by, sure)) in self.schema.vocabulary().cancels.iter().flat_map(|(by, what)| {
            acts.iter().map(move |act| (what, self.meant(by, action(act.0)).min(self.meant(what, action(place))), act))
        }) {
            if *by == place || is_so == Truth::False {
                continue;
            }
            let anywhere = |day: Option<Window>| day.unwrap_or(Window::ALL);
            let (notice, back) = (anywhere(self.day_of(place, "date")), anywhere(self.day_of(*by, "date")));
            let given = Truth::from_bounds(notice.last <= back.first, notice.first <= back.last);
            let in_time = if let Some(effect) = self.day_of(place, field) {
                Truth::from_bounds(effect.first > back.last, effect.last > back.first)
            } else {
                let between = Window::new(notice.first, back.last);
                let another = |act: usize| {
                    let day = anywhere(self.day_of(act, "date"));
                    act != place
                        && act != *by
                        && self.meant(what, action(act)) > Truth::False
                        && !day.intersection(between).is_empty()
                };
                Truth::from_bounds(!acts.iter().any(|(act, _)| another(*act)), true)
            };
            truth = truth.max(given.min(in_time).min(*sure).min(is_so));
        }
        truth
    }

    /// What the acts of a pair do to a status.
    pub fn events(&self, test: &StatusTest, own: &Party, other: Option<&Party>) -> Vec<Event> {
        let vocabulary = self.schema.vocabulary();
        let status = &vocabulary.status[&*test.status];
        let acts: Vec<(usize, Truth)> = (0..self.facts.len())
            .filter(|place| {
                self.end(*place, test.role).as_ref() == Some(own)
                    && self.end(*place, opposite(test.role)).as_ref() == other
            })
            .map(|place| {
                let using = test.using.as_ref().map_or(Truth::True, |using| self.truth(using, Row::Fact(place)));
                (place, using)
            })
            .filter(|(_, using)| using.is_possible())
            .collect();
        let mut events = Vec::new();
        for (place, using) in &acts {
            let action = self.facts[*place].action.as_str();
            let act = self.day_of(*place, "date");
            let edges =
                status.open.iter().map(|edge| (edge, true)).chain(status.close.iter().map(|edge| (edge, false)));
            for (edge, opens) in edges.filter(|(edge, _)| self.meant(&edge.by, action) > Truth::False) {
                let is_so = self.meant(&edge.by, action).is_definite();
                let (window, dated) = match (self.day_of(*place, &edge.at), act) {
                    (Some(window), _) => (window, true),
                    (None, Some(_)) if self.may_be_of_subject(action, &edge.at) => (Window::ALL, true),
                    (None, Some(act)) => (Window::since(act.first), true),
                    (None, None) => (Window::ALL, false),
                };
                let revoked = if edge.at == "date" { Truth::False } else { self.revoked(&acts, *place, &edge.at) };
                if revoked < Truth::True {
                    let (certain, revocable) = (using.is_definite() && is_so, revoked > Truth::False);
                    events.push(Event { opens, window, dated, certain, revocable, origin: *place, act });
                }
            }
        }
        events
    }
}
