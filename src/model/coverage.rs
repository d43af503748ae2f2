//! Coverage: of which acts nobody needs to be told that they did not happen,
//! because somebody claims to have them all.
//!
//! An action of which nobody claims anything is complete. Of one that somebody
//! covers, the absence of an act says something only about objects that are covered,
//! and on days that are. What was so on the last of these days is taken to go on, so
//! that no day after it is a gap.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value as Json;

use super::vocabulary::CoverageClaim;
use super::{
    CoveredThing, Date, Day, Declaration, Entities, Entity, EntityNumber, Resolution, Schema, SchemaError, Window,
    caseless, fold, nearest,
};

/// What a vocabulary and its publishers claim to have completely, with every name
/// looked up.
#[derive(Debug, Clone, Default)]
pub(crate) struct Coverage {
    claims: Vec<Claim>,
    /// For each action that somebody covers, the claims that name it.
    by_action: BTreeMap<String, Vec<usize>>,
}

/// A claim to have all acts of some actions.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    /// Who claims it; none if it is the store.
    pub publisher: Option<Arc<str>>,
    /// About which objects; none if about all.
    objects: Option<BTreeSet<EntityNumber>>,
    /// Over which days.
    pub days: Window,
    /// Where it begins, as written.
    pub from: Option<Date>,
    /// Where it ends, as written.
    pub until: Option<Date>,
}

impl Claim {
    fn new(publisher: Option<(&str, Option<&Date>)>, claim: &CoverageClaim, entities: &Entities) -> Self {
        let until = claim.until.as_ref().or_else(|| publisher?.1).cloned();
        let days = Window::new(
            claim.from.as_ref().map_or(Day::PAST, Date::earliest),
            until.as_ref().map_or(Day::FUTURE, Date::latest),
        );
        let limited = !claim.objects.is_empty() || !claim.conditions.is_empty();
        let objects = limited.then(|| objects_of(claim, entities));
        Self { publisher: publisher.map(|(name, _)| name.into()), objects, days, from: claim.from.clone(), until }
    }

    /// Whether it is about an object, or about acts without one that is an entity.
    pub fn is_about(&self, object: Option<EntityNumber>) -> bool {
        self.objects.as_ref().is_none_or(|objects| object.is_some_and(|object| objects.contains(&object)))
    }
}

/// Checks that every object that a claim of coverage names is one entity.
///
/// # Errors
///
/// [`SchemaError::NothingCovered`], with the first that is not.
pub(crate) fn check_covered(schema: &Schema, entities: &Entities) -> Result<(), SchemaError> {
    for (publisher, claim) in schema.vocabulary().coverage_claims() {
        let is_one = |name: &&String| matches!(entities.resolve(name), Resolution::One(_));
        if let Some(name) = claim.objects.iter().find(|name| !is_one(name)) {
            let similar = nearest(name, entities.names().map(|(name, _)| name)).map(str::to_owned);
            let declaration = Declaration::Coverage { publisher: publisher.map(|(name, _)| name.to_owned()) };
            let (name, thing) = (name.clone(), CoveredThing::Object);
            return Err(SchemaError::NothingCovered { declaration, name, thing, similar });
        }
    }
    Ok(())
}

/// The objects that a claim names, or whose fields it names.
fn objects_of(claim: &CoverageClaim, entities: &Entities) -> BTreeSet<EntityNumber> {
    let matches = |number: &EntityNumber| {
        let entity = entities.get(*number);
        claim.conditions.iter().all(|(field, wanted)| has_value(entity, field, wanted))
    };
    if claim.objects.is_empty() {
        return entities.iter().map(|(number, _)| number).filter(matches).collect();
    }
    let mut objects = BTreeSet::new();
    for name in &claim.objects {
        if let Resolution::One(number) = entities.resolve(name) {
            objects.insert(number);
            objects.extend(entities.members(number).map(|(member, _)| member));
        }
    }
    objects.retain(matches);
    objects
}

fn has_value(entity: &Entity, field: &str, wanted: &str) -> bool {
    let is_wanted = |value: &str| wanted == "*" || fold(value) == fold(wanted);
    let one = |value: &Json| match value {
        Json::String(text) => is_wanted(text),
        Json::Number(number) => is_wanted(&number.to_string()),
        _ => false,
    };
    match (field, entity.fields.get(field)) {
        ("kind", _) => is_wanted(&entity.kind),
        (_, Some(Json::Array(values))) => values.iter().any(one),
        (_, value) => value.is_some_and(one),
    }
}

impl Coverage {
    /// Looks up what the vocabulary of a schema claims, among some entities.
    pub fn new(schema: &Schema, entities: &Entities) -> Self {
        let mut coverage = Self::default();
        for (publisher, claim) in schema.vocabulary().coverage_claims() {
            let place = coverage.claims.len();
            let publisher = publisher.map(|(name, publisher)| (name, publisher.complete_until.as_ref()));
            coverage.claims.push(Claim::new(publisher, claim, entities));
            let words = claim.actions.iter().filter_map(|name| schema.action_word(name));
            for action in words.flat_map(|word| &word.actions) {
                let places = coverage.by_action.entry(action.clone()).or_default();
                if places.last() != Some(&place) {
                    places.push(place);
                }
            }
        }
        coverage
    }

    /// What counts of what some publishers alone tell: their claims. Of any other act its
    /// absence says nothing.
    pub fn claimed_by(schema: &Schema, entities: &Entities, publishers: &[Arc<str>]) -> Self {
        let all = Self::new(schema, entities);
        let is_one_of = |claimant: &str| publishers.iter().any(|name| caseless(name) == caseless(claimant));
        let counts = |place: &usize| {
            let claim = all.claims.get(*place);
            claim.and_then(|claim| claim.publisher.as_deref()).is_some_and(is_one_of)
        };
        let of_action = |action: &String| {
            let places = all.by_action.get(action).into_iter().flatten().copied();
            (action.clone(), places.filter(counts).collect())
        };
        let by_action = schema.vocabulary().actions.keys().map(of_action).collect();
        Self { by_action, claims: all.claims }
    }

    /// The actions that somebody covers.
    pub fn actions(&self) -> impl Iterator<Item = &str> {
        self.by_action.keys().map(String::as_str)
    }

    /// Whether somebody covers an action.
    pub fn covers(&self, action: &str) -> bool {
        self.by_action.contains_key(action)
    }

    /// Whether nobody covers any action.
    pub fn is_empty(&self) -> bool {
        self.by_action.is_empty()
    }

    /// The claims about acts of an action on an object.
    fn claims(&self, action: &str, object: Option<EntityNumber>) -> impl Iterator<Item = &Claim> {
        self.places(action, object).filter_map(|place| self.claims.get(place))
    }

    /// The same by their places.
    pub fn places(&self, action: &str, object: Option<EntityNumber>) -> impl Iterator<Item = usize> {
        let places = self.by_action.get(action).into_iter().flatten().copied();
        places.filter(move |place| self.claims.get(*place).is_some_and(|claim| claim.is_about(object)))
    }

    /// The claim at a place.
    pub fn claim(&self, place: usize) -> Option<&Claim> {
        self.claims.get(place)
    }

    /// The stretches of days on which an object may have had acts of an action that
    /// are not recorded, in order; none after the last day that is covered.
    pub fn gaps(&self, action: &str, object: Option<EntityNumber>) -> Vec<Window> {
        if !self.covers(action) {
            return Vec::new();
        }
        let mut covered: Vec<Window> = self.claims(action, object).map(|claim| claim.days).collect();
        if covered.is_empty() {
            return vec![Window::ALL];
        }
        covered.sort_unstable_by_key(|days| days.first);
        let mut gaps = Vec::new();
        let mut next = Day::PAST;
        for days in covered {
            if next < days.first {
                gaps.push(Window::new(next, days.first.previous()));
            }
            next = next.max(days.last.next());
        }
        gaps
    }

    /// Of the claims about acts of an action on an object the one that reaches
    /// farthest, if it has an end.
    pub fn last_claim(&self, action: &str, object: Option<EntityNumber>) -> Option<&Claim> {
        let last = self.claims(action, object).max_by_key(|claim| claim.days.last)?;
        last.days.last.is_finite().then_some(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Vocabulary;

    const WORLD: &str = r#"
        [world]
        name = "boards"
        [fields]
        city = { type = "keyword" }
        [actions]
        joined = { label = "joined" }
        left = { label = "left" }
        spoke = { label = "spoke" }
        [umbrellas]
        moved = { covers = ["joined", "left"] }
    "#;

    fn coverage(claims: &str) -> (Coverage, Entities) {
        let schema = Schema::new(Vocabulary::from_toml(&format!("{WORLD}{claims}")).unwrap(), &[]).unwrap();
        let text = r#"
            {"entity":"ports","kind":"group","name":"Ports"}
            {"entity":"harbour","kind":"board","name":"Harbour","in":[{"group":"ports","until":"1950"}],"city":"Oslo"}
            {"entity":"river","kind":"board","name":"River","city":["Bergen","Oslo"]}
            {"entity":"moor","kind":"board","name":"Moor"}"#;
        let entities =
            Entities::new(text.lines().skip(1).map(|line| Arc::new(serde_json::from_str(line.trim()).unwrap())));
        (Coverage::new(&schema, &entities), entities)
    }

    fn gaps(claims: &str, action: &str, object: &str) -> String {
        let (coverage, entities) = coverage(claims);
        let object = match entities.resolve(object) {
            Resolution::One(number) => Some(number),
            _ => None,
        };
        coverage.gaps(action, object).iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn an_action_that_nobody_covers_has_no_gaps_and_an_object_that_nobody_covers_has_nothing_else() {
        let claims = "[[covers]]\nactions = ['joined']\nobjects = ['harbour']\nuntil = '2015-03'";
        assert_eq!(gaps(claims, "spoke", "river"), "");
        assert_eq!(gaps(claims, "joined", "harbour"), "", "what was so on the last day goes on");
        assert_eq!(gaps(claims, "joined", "river"), "any day");
        assert_eq!(gaps(claims, "joined", "nobody"), "any day");
        let all = "[[covers]]\nactions = ['moved']";
        assert_eq!(gaps(all, "left", "nobody"), "");
    }

    #[test]
    fn gaps_are_the_days_before_the_last_one_that_nobody_covers() {
        let claims = "[[covers]]\nactions = ['left']\nfrom = '2000'\nuntil = '2004'\n\
                      [publishers.Gazette]\ncomplete_until = '2010-06'\n\
                      [[publishers.Gazette.covers]]\nactions = ['moved']\nfrom = '2006'\nobjects = ['harbour']";
        assert_eq!(gaps(claims, "left", "harbour"), "until 1999-12-31, 2005-01-01 to 2005-12-31");
        assert_eq!(gaps(claims, "left", "river"), "until 1999-12-31");
        assert_eq!(gaps(claims, "joined", "harbour"), "until 2005-12-31");
        let (coverage, entities) = coverage(claims);
        let harbour = entities.iter().find(|(_, entity)| entity.id == "harbour").map(|(number, _)| number);
        let last = coverage.last_claim("left", harbour).unwrap();
        let until = last.until.as_ref().unwrap().written();
        assert_eq!((last.publisher.as_deref(), until), (Some("Gazette"), "2010-06"));
    }

    #[test]
    fn objects_are_named_by_themselves_by_a_group_or_by_a_value() {
        let claim = |objects: &str| format!("[[covers]]\nactions = ['left']\n{objects}");
        let covered =
            |objects: &str| ["harbour", "river", "moor"].map(|object| gaps(&claim(objects), "left", object).is_empty());
        assert_eq!(covered("objects = ['River']"), [false, true, false]);
        assert_eq!(covered("objects = ['ports', 'moor']"), [true, false, true]);
        assert_eq!(covered("where = { city = 'oslo' }"), [true, true, false]);
        assert_eq!(covered("where = { city = '*' }"), [true, true, false]);
        assert_eq!(covered("where = { kind = 'board' }"), [true, true, true]);
        assert_eq!(covered("objects = ['ports', 'river']\nwhere = { city = 'bergen' }"), [false, true, false]);
    }

    #[test]
    fn a_claim_that_means_nothing_is_refused() {
        use crate::model::SchemaError::{NoActions, NotSelectable, ReversedCoverage, UndeclaredAction};
        let refused = |claim: &str| {
            let vocabulary = Vocabulary::from_toml(&format!("{WORLD}\n[[covers]]\n{claim}")).unwrap();
            Schema::new(vocabulary, &[]).unwrap_err()
        };
        assert!(matches!(refused("actions = []"), NoActions { .. }));
        assert!(matches!(refused("actions = ['sang']"), UndeclaredAction { .. }));
        assert!(matches!(refused("actions = ['left']\nwhere = { subject = 'x' }"), NotSelectable { .. }));
        assert!(matches!(refused("actions = ['left']\nfrom = '2001'\nuntil = '2000'"), ReversedCoverage { .. }));
    }
}
