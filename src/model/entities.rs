//! All entities of a world: which one a name refers to, and which groups each
//! belongs to.

mod names;
mod punctuation;
mod undeclared;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

pub use names::{MatchedBy, NameMatch};
pub(crate) use undeclared::{UndeclaredNames, order_key};

use undeclared::Undeclared;

use super::{Alias, Date, Entity, Extent, Interval, Truth, canonical, fold};

/// The number of an entity, stable as long as the entities do not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityNumber(pub u32);

/// The entities that a written name refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// No entity has the name.
    Unknown,
    /// One entity has the name.
    One(EntityNumber),
    /// Several entities have the name.
    Ambiguous(Vec<EntityNumber>),
}

/// All entities of a world: those that are declared, by id and by name, with the
/// groups that each belongs to; and, where an index tells them, the names that
/// only facts use, whose numbers come after those of the others.
#[derive(Debug, Clone, Default)]
pub struct Entities {
    declared: Arc<Declared>,
    undeclared: Option<Undeclared>,
}

/// The declared entities.
#[derive(Debug, Default)]
struct Declared {
    list: Vec<Arc<Entity>>,
    /// By their ids, canonically spelled.
    ids: BTreeMap<String, EntityNumber>,
    /// By the folded forms of their ids.
    folded_ids: BTreeMap<String, Vec<EntityNumber>>,
    /// By the folded forms of their names and aliases.
    names: BTreeMap<String, Vec<EntityNumber>>,
    /// The names that contain punctuation or begin with `the`, without these.
    loose: BTreeMap<String, Vec<EntityNumber>>,
    /// For each entity the groups that it belongs to, directly or through others,
    /// and when: for each way through other groups the days that all its
    /// memberships have in common.
    groups: Vec<BTreeMap<EntityNumber, Vec<Interval>>>,
    /// Those that belong to groups through more others than are followed.
    too_deep: Vec<EntityNumber>,
}

fn add_holder(names: &mut BTreeMap<String, Vec<EntityNumber>>, name: String, number: EntityNumber) {
    let holders = names.entry(name).or_default();
    if !holders.contains(&number) {
        holders.push(number);
    }
}

/// So many groups deep memberships are followed; who belongs to more is refused.
pub const MAX_GROUP_DEPTH: usize = 16;

impl Declared {
    fn new(entities: impl IntoIterator<Item = Arc<Entity>>) -> Self {
        let mut this = Self::default();
        for entity in entities {
            let id = canonical(&entity.id).into_owned();
            if let Some(number) = this.ids.get(&id) {
                this.list[number.0 as usize] = entity;
            } else {
                let number = EntityNumber(u32::try_from(this.list.len()).expect("fewer than 2^32 entities"));
                this.ids.insert(id, number);
                this.list.push(entity);
            }
        }
        for (number, entity) in this.list.iter().enumerate() {
            let number = EntityNumber(u32::try_from(number).expect("fewer than 2^32 entities"));
            add_holder(&mut this.folded_ids, fold(&entity.id).into_owned(), number);
            for name in std::iter::once(entity.name.as_str()).chain(entity.aliases.iter().map(Alias::name)) {
                let folded = fold(name);
                let loose = punctuation::without_punctuation(&folded);
                if loose != folded {
                    add_holder(&mut this.loose, loose.into_owned(), number);
                }
                add_holder(&mut this.names, folded.into_owned(), number);
            }
        }
        for index in 0..this.list.len() {
            let (groups, too_deep) = this.groups_of(index);
            this.groups.push(groups);
            if too_deep {
                this.too_deep.push(EntityNumber(u32::try_from(index).expect("fewer than 2^32 entities")));
            }
        }
        this
    }

    /// The groups of an entity, and whether it belongs to more.
    fn groups_of(&self, index: usize) -> (BTreeMap<EntityNumber, Vec<Interval>>, bool) {
        let mut reached: BTreeMap<EntityNumber, Vec<Interval>> = BTreeMap::new();
        // The nearest first, so that whatever is reached has its least depth.
        let mut open = VecDeque::from([(index, Interval::default(), 0)]);
        while let Some((at, days, depth)) = open.pop_front() {
            for membership in &self.list[at].groups {
                let (Resolution::One(group), _) = self.resolve(membership.group()) else {
                    continue;
                };
                let common = days.intersection(membership.interval());
                if reached.get(&group).is_some_and(|known| known.contains(&common)) {
                    continue;
                }
                if depth >= MAX_GROUP_DEPTH {
                    return (reached, true);
                }
                reached.entry(group).or_default().push(common);
                open.push_back((group.0 as usize, common, depth + 1));
            }
        }
        (reached, false)
    }
}

impl Entities {
    /// Collects entities, looks up their names and follows their memberships. Of
    /// two entities with the same id the later one is kept.
    #[must_use]
    pub fn new(entities: impl IntoIterator<Item = Arc<Entity>>) -> Self {
        Self { declared: Arc::new(Declared::new(entities)), undeclared: None }
    }

    /// The same entities, and the names that only facts use.
    #[must_use]
    pub(crate) fn with_undeclared(&self, names: Arc<dyn UndeclaredNames>) -> Self {
        Self { declared: self.declared.clone(), undeclared: Some(Undeclared::new(names)) }
    }

    /// The declared entities alone.
    #[must_use]
    pub(crate) fn declared(&self) -> Self {
        Self { declared: self.declared.clone(), undeclared: None }
    }

    /// Those that belong to groups more than [`MAX_GROUP_DEPTH`] deep.
    #[must_use]
    pub fn too_deep(&self) -> &[EntityNumber] {
        &self.declared.too_deep
    }

    /// An entity by its number.
    ///
    /// # Panics
    ///
    /// If the number does not come from these entities.
    #[must_use]
    pub fn get(&self, number: EntityNumber) -> &Arc<Entity> {
        let undeclared = || self.undeclared.as_ref()?.entity(self.undeclared_name(number)?);
        self.declared.list.get(number.0 as usize).or_else(undeclared).expect("the number is one of these entities")
    }

    /// The declared entity with an id; names and aliases are not considered.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<&Arc<Entity>> {
        self.declared.ids.get(canonical(id).as_ref()).map(|number| self.get(*number))
    }

    /// Every declared entity with its number, in the order of definition.
    pub fn iter(&self) -> impl Iterator<Item = (EntityNumber, &Arc<Entity>)> {
        (0..).map(EntityNumber).zip(&self.declared.list)
    }

    /// How many are declared.
    #[must_use]
    pub fn len(&self) -> usize {
        self.declared.list.len()
    }

    /// Whether none is declared.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.declared.list.is_empty()
    }

    /// A number that is greater than that of every entity, declared or not.
    #[must_use]
    pub fn bound(&self) -> u32 {
        self.undeclared_number(self.undeclared.as_ref().map_or(0, |undeclared| undeclared.names.bound())).0
    }

    /// Whether an entity is declared; else only facts use its name.
    #[must_use]
    pub fn is_declared(&self, number: EntityNumber) -> bool {
        self.undeclared_name(number).is_none()
    }

    /// The number of a name that only facts use, as an entity.
    pub(crate) fn undeclared_number(&self, name: u32) -> EntityNumber {
        let declared = u32::try_from(self.declared.list.len()).expect("fewer than 2^32 entities");
        EntityNumber(declared.checked_add(name).expect("fewer than 2^32 entities and names"))
    }

    /// The name that only facts use of which an entity is made.
    pub(crate) fn undeclared_name(&self, number: EntityNumber) -> Option<u32> {
        let name = (number.0 as usize).checked_sub(self.declared.list.len())?;
        u32::try_from(name).ok()
    }

    /// Whether an entity is of one of some kinds; without kinds every entity is.
    /// A name that only facts use is of every kind that a field of it takes, if
    /// all of these are among the kinds.
    #[must_use]
    pub fn is_of(&self, number: EntityNumber, kinds: &[String]) -> bool {
        match (self.undeclared_name(number), &self.undeclared) {
            _ if kinds.is_empty() => true,
            (Some(name), Some(undeclared)) => undeclared.names.is_of(name, kinds),
            _ => kinds.contains(&self.get(number).kind),
        }
    }

    /// Every id, name and alias that is declared, in its folded form, with the
    /// entities that have it.
    pub fn names(&self) -> impl Iterator<Item = (&str, &[EntityNumber])> {
        let Declared { folded_ids, names, .. } = &*self.declared;
        folded_ids.iter().chain(names).map(|(name, numbers)| (name.as_str(), numbers.as_slice()))
    }

    /// Every group that an entity has ever belonged to, directly or through
    /// others, each with the intervals during which it did.
    pub fn groups(&self, member: EntityNumber) -> impl Iterator<Item = (EntityNumber, &[Interval])> {
        let groups = self.declared.groups.get(member.0 as usize).into_iter().flatten();
        groups.map(|(group, intervals)| (*group, intervals.as_slice()))
    }

    /// An entity, followed by all entities that it succeeds or continues, directly
    /// or through others.
    #[must_use]
    pub(crate) fn line(&self, number: EntityNumber) -> Vec<EntityNumber> {
        let mut line = vec![number];
        let mut at = 0;
        while let Some(number) = line.get(at) {
            let entity = self.get(*number).clone();
            for before in entity.succeeds.iter().chain(&entity.continues) {
                if let Resolution::One(before) = self.resolve(before)
                    && !line.contains(&before)
                {
                    line.push(before);
                }
            }
            at += 1;
        }
        line
    }

    /// Every entity that has ever belonged to a group, directly or through others,
    /// each with the intervals during which it did.
    pub(crate) fn members(&self, group: EntityNumber) -> impl Iterator<Item = (EntityNumber, &[Interval])> {
        (0..)
            .map(EntityNumber)
            .zip(&self.declared.groups)
            .filter_map(move |(member, groups)| groups.get(&group).map(|intervals| (member, intervals.as_slice())))
    }

    /// Whether an entity belongs to a group at a date. Without a date the answer
    /// is unknown wherever it would depend on one.
    #[must_use]
    pub fn belongs(&self, member: EntityNumber, group: EntityNumber, at: Option<&Date>) -> Truth {
        let groups = self.declared.groups.get(member.0 as usize);
        groups
            .and_then(|groups| groups.get(&group))
            .map_or(Truth::False, |intervals| any_interval_holds(intervals, at.map(Date::extent)))
    }
}

/// Whether one of several intervals holds at a date. Without a date it is
/// unknown, unless one of them is unbounded.
#[must_use]
pub(crate) fn any_interval_holds(intervals: &[Interval], at: Option<Extent>) -> Truth {
    let holds = |interval: &Interval| match at {
        _ if interval.is_unbounded() => Truth::True,
        Some(at) => interval.holds(at),
        None => Truth::Unknown,
    };
    intervals.iter().map(holds).fold(Truth::False, Truth::or)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world() -> Entities {
        let text = r#"
            {"entity":"europe","kind":"region","name":"Europe"}
            {"entity":"baltic","kind":"region","name":"Baltic states","in":["europe"]}
            {"entity":"nato","kind":"organisation","name":"NATO"}
            {"entity":"estonia","kind":"state","name":"Estonia","aliases":["EE"],"in":["baltic",{"group":"nato","from":"2004-03-29"}]}
            {"entity":"congo","kind":"state","name":"Congo","aliases":["CG"]}
            {"entity":"drc","kind":"state","name":"DR Congo","aliases":["CD","Congo"]}"#;
        Entities::new(text.lines().skip(1).map(|line| Arc::new(serde_json::from_str(line.trim()).unwrap())))
    }

    fn number(entities: &Entities, name: &str) -> EntityNumber {
        match entities.resolve(name) {
            Resolution::One(number) => number,
            other => panic!("{name}: {other:?}"),
        }
    }

    #[test]
    fn an_id_goes_before_a_name_and_an_ambiguous_name_lists_its_holders() {
        let entities = world();
        assert_eq!(number(&entities, "CONGO"), number(&entities, "cg"));
        assert_eq!(entities.resolve("Atlantis"), Resolution::Unknown);
        let mut entities: Vec<_> = entities.iter().map(|(_, entity)| entity.clone()).collect();
        Arc::make_mut(&mut entities[4]).id = "cog".to_owned();
        assert!(matches!(Entities::new(entities).resolve("congo"), Resolution::Ambiguous(two) if two.len() == 2));
    }

    #[test]
    fn a_line_goes_back_over_all_that_was_succeeded_or_continued_even_in_a_circle() {
        let text = r#"
            {"entity":"old","kind":"state","name":"Old","continues":["new"]}
            {"entity":"union","kind":"state","name":"Union","succeeds":["old"]}
            {"entity":"other","kind":"state","name":"Other"}
            {"entity":"new","kind":"state","name":"New","aliases":["NW"],"succeeds":["union","lost"],"continues":["other","old"]}"#;
        let entities =
            Entities::new(text.lines().skip(1).map(|line| Arc::new(serde_json::from_str(line.trim()).unwrap())));
        let line = |name: &str| {
            let line = entities.line(number(&entities, name)).into_iter();
            line.map(|number| entities.get(number).id.clone()).collect::<Vec<_>>()
        };
        assert_eq!(line("NW"), ["new", "union", "other", "old"]);
        assert_eq!(line("old"), ["old", "new", "union", "other"]);
        assert_eq!(line("other"), ["other"]);
    }

    #[test]
    fn those_who_are_in_each_other_at_several_times_are_followed_to_an_end() {
        let inside = |id: &str, other: &str, times: usize| {
            let memberships = (0..times).map(|time| {
                let (from, until) = (1900 + 7 * time, 1950 + 9 * time);
                serde_json::json!({"group": other, "from": from.to_string(), "until": until.to_string()})
            });
            let memberships: Vec<_> = memberships.collect();
            let entity = serde_json::json!({"entity": id, "kind": "body", "name": id, "in": memberships});
            Arc::new(serde_json::from_value(entity).unwrap())
        };
        let entities = Entities::new([inside("a", "b", 3), inside("b", "a", 3)]);
        assert_eq!(entities.too_deep(), []);
        let (a, b) = (number(&entities, "a"), number(&entities, "b"));
        let at = |written: &str| entities.belongs(a, b, Some(&Date::parse(written).unwrap()));
        assert_eq!([at("1899-01-01"), at("1910-05-05"), at("1970-01-01")], [Truth::False, Truth::True, Truth::False]);
    }

    #[test]
    fn groups_nest_and_membership_is_dated() {
        let entities = world();
        let (estonia, europe, nato) = (number(&entities, "EE"), number(&entities, "europe"), number(&entities, "nato"));
        let date = |written: &str| Date::parse(written).unwrap();
        assert_eq!(entities.belongs(estonia, europe, None), Truth::True);
        assert_eq!(entities.belongs(estonia, nato, None), Truth::Unknown);
        assert_eq!(entities.belongs(estonia, nato, Some(&date("2003"))), Truth::False);
        assert_eq!(entities.belongs(estonia, nato, Some(&date("2004"))), Truth::Possible);
        assert_eq!(entities.belongs(estonia, nato, Some(&date("2005"))), Truth::True);
        assert_eq!(entities.belongs(nato, europe, None), Truth::False);
    }
}
