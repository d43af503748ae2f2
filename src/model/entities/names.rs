//! Resolving names: which entity a written name refers to, by which of its names,
//! and when that name was in use.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::punctuation::without_punctuation;
use super::undeclared::Undeclared;
use super::{Declared, Entities, EntityNumber, Resolution};
use crate::model::{Alias, Date, Entity, Interval, Likeness, Truth, canonical, fold};

/// The kind of name by which an entity was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum MatchedBy {
    /// The id of the entity.
    Id,
    /// The name of the entity.
    Name,
    /// Another name or code of the entity.
    Alias,
    /// A name that the entity had for a limited time.
    DatedName,
}

impl NameMatch<'_> {
    /// The rank among names that a text finds: that of the same name is less.
    fn rank(&self) -> (bool, bool) {
        (self.loosely, self.likeness > Likeness::Caseless)
    }
}

impl MatchedBy {
    /// The word for it in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Name => "name",
            Self::Alias => "alias",
            Self::DatedName => "dated name",
        }
    }
}

/// The entity that a written name refers to, and how it was found.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct NameMatch<'e> {
    /// The number of the entity.
    pub number: EntityNumber,
    /// The entity.
    pub entity: &'e Arc<Entity>,
    /// The kind of name by which it was found.
    pub by: MatchedBy,
    /// The name as the entity declares it.
    pub name: &'e str,
    /// When the name is in use; unbounded if the entity does not say.
    pub held: Interval,
    /// How near the written name is to it, punctuation left aside.
    pub likeness: Likeness,
    /// Whether the written name differs in commas, periods or a leading `the`.
    pub loosely: bool,
}

/// Writes how the entity was found: `alias`, or `dated name, 1977–2011`.
impl fmt::Display for NameMatch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.by.word())?;
        if let Some(years) = self.held.years() {
            write!(f, ", {years}")?;
        }
        if self.loosely {
            f.write_str(", except for commas, periods or `the`")?;
        } else if self.likeness > Likeness::Caseless {
            f.write_str(", in another spelling")?;
        }
        Ok(())
    }
}

impl Entities {
    /// The entities with this id, or if there are none, with this name or alias,
    /// names of a limited time included. What is the same but for letter case goes
    /// before what differs in accents and the like (see [`fold`]). If nothing
    /// matches, commas, periods and a leading `the` are ignored too. A name that
    /// only facts use goes before a declared one that is not the same.
    #[must_use]
    pub fn resolve(&self, written: &str) -> Resolution {
        let (declared, is_same) = self.declared.resolve(written);
        if is_same {
            return declared;
        }
        let undeclared = self.undeclared.as_ref();
        if let Some(name) = undeclared.and_then(|undeclared| undeclared.names.same(written)) {
            return Resolution::One(self.undeclared_number(name));
        }
        if declared != Resolution::Unknown {
            return declared;
        }
        resolution(self.undeclared_found(written))
    }

    /// What a value of a reference field refers to among the declared entities. In
    /// an open field a name that only looks like theirs is another.
    #[must_use]
    pub(crate) fn referred(&self, written: &str, open: bool) -> Resolution {
        match self.declared.resolve(written) {
            (declared, is_same) if is_same || !open => declared,
            _ => Resolution::Unknown,
        }
    }

    /// Like [`Entities::resolve`], but if several entities have had the name, only
    /// those that may have had it at a date are returned. A name without dates is
    /// in use for as long as its entity exists. If no entity had the name at the
    /// date, the date is ignored.
    #[must_use]
    pub fn resolve_at(&self, written: &str, at: &Date) -> Resolution {
        let Resolution::Ambiguous(all) = self.resolve(written) else {
            return self.resolve(written);
        };
        let called_so = |number: &EntityNumber| {
            let mut names = self.matches(*number, written);
            names.any(|found| self.in_use(&found).holds(at.extent()) != Truth::False)
        };
        let left: Vec<EntityNumber> = all.iter().copied().filter(called_so).collect();
        match left.as_slice() {
            [] => Resolution::Ambiguous(all),
            [one] => Resolution::One(*one),
            _ => Resolution::Ambiguous(left),
        }
    }

    /// The one entity that a written name means at a date, or at any time, and
    /// how it was found; none if there is none, or several.
    #[must_use]
    pub fn match_of(&self, written: &str, at: Option<&Date>) -> Option<NameMatch<'_>> {
        let found = at.map_or_else(|| self.resolve(written), |at| self.resolve_at(written, at));
        match found {
            Resolution::One(number) => self.match_with(number, written, at),
            Resolution::Unknown | Resolution::Ambiguous(_) => None,
        }
    }

    /// How a written name matches an entity. If several of its names fit, one that
    /// was in use at the date is preferred.
    #[must_use]
    pub fn match_with(&self, number: EntityNumber, written: &str, at: Option<&Date>) -> Option<NameMatch<'_>> {
        let held = |found: &NameMatch<'_>| at.is_none_or(|at| found.held.holds(at.extent()) != Truth::False);
        self.matches(number, written).min_by_key(|found| (found.rank(), found.by, !held(found)))
    }

    /// The years during which an entity has a name, such as `1977–2011`; if the
    /// name has no dates, those during which the entity exists. `None` if neither
    /// is known.
    #[must_use]
    pub fn years_of(&self, number: EntityNumber, written: &str) -> Option<String> {
        let years: Vec<String> =
            self.matches(number, written).filter_map(|found| self.in_use(&found).years()).collect();
        (!years.is_empty()).then(|| years.join(", "))
    }

    /// When a name is in use: on its own days, else as long as its entity exists.
    fn in_use(&self, found: &NameMatch<'_>) -> Interval {
        if found.held.is_unbounded() { self.get(found.number).life() } else { found.held }
    }

    /// The names of an entity that match a text; if there are none, those that
    /// match it without punctuation.
    fn matches(&self, number: EntityNumber, written: &str) -> std::vec::IntoIter<NameMatch<'_>> {
        matches(number, self.get(number), written).into_iter()
    }

    /// The other entities that are named as the id of an entity is written, letter case
    /// aside: where their name is shown, who types it gets the one with the id.
    #[must_use]
    pub(crate) fn namesakes_of_id(&self, number: EntityNumber, written: &str) -> Vec<EntityNumber> {
        if !self.is_declared(number) || canonical(&self.get(number).id) != canonical(written) {
            return Vec::new();
        }
        let is_same = |found: &NameMatch<'_>| found.by == MatchedBy::Name && found.rank() == (false, false);
        let others = self.declared.found(&fold(written)).into_iter().filter(|other| *other != number);
        others.filter(|other| self.matches(*other, written).any(|found| is_same(&found))).collect()
    }

    /// How facts write a name that no declaration has, the spelling by which it is
    /// shown first; none for what is declared.
    #[must_use]
    pub fn spellings(&self, number: EntityNumber) -> Vec<Arc<str>> {
        let spellings = |name| self.undeclared.as_ref().map(|undeclared| undeclared.names.spellings(name));
        self.undeclared_name(number).and_then(spellings).unwrap_or_default()
    }

    /// The names that only facts use and that a text finds.
    #[must_use]
    pub fn undeclared_found(&self, written: &str) -> Vec<EntityNumber> {
        let found = self.undeclared.as_ref().map(|undeclared| undeclared.names.found(written)).unwrap_or_default();
        found.into_iter().map(|name| self.undeclared_number(name)).collect()
    }

    /// The first names of some kinds that only facts use and that begin with a text,
    /// by their letters, at most so many.
    #[must_use]
    pub fn undeclared_beginning(&self, prefix: &str, kinds: &[String], most: usize) -> Vec<EntityNumber> {
        let beginning = |undeclared: &Undeclared| undeclared.names.beginning(prefix, kinds, most);
        let names = self.undeclared.as_ref().map(beginning).unwrap_or_default();
        names.into_iter().map(|name| self.undeclared_number(name)).collect()
    }

    /// The names that only facts use and that may be meant by a mistyped word.
    #[must_use]
    pub fn undeclared_similar(&self, word: &str) -> Vec<String> {
        self.undeclared.as_ref().map(|undeclared| undeclared.names.similar(word)).unwrap_or_default()
    }
}

impl Declared {
    /// The entities that a name refers to, and whether it is the same as their id
    /// or name, letter case aside.
    pub(super) fn resolve(&self, written: &str) -> (Resolution, bool) {
        if let Some(number) = self.ids.get(canonical(written).as_ref()) {
            return (Resolution::One(*number), true);
        }
        let folded = fold(written);
        let found = self.nearest_of(self.found(&folded), written);
        if found.0 != Resolution::Unknown {
            return found;
        }
        // The same for a text without punctuation, compared with names without it.
        let loose = without_punctuation(&folded);
        let mut holders = self.found(&loose);
        holders.extend(self.loose.get(&*loose).into_iter().flatten());
        holders.sort_unstable();
        holders.dedup();
        self.nearest_of(holders, written)
    }

    /// Of some entities that a text finds those that it finds best, and whether it is
    /// the same as their names but for letter case.
    fn nearest_of(&self, holders: Vec<EntityNumber>, written: &str) -> (Resolution, bool) {
        let rank = |number: &EntityNumber| {
            let entity = self.list.get(number.0 as usize)?;
            matches(*number, entity, written).iter().map(|found| (found.rank(), found.by != MatchedBy::Id)).min()
        };
        let mut ranked: Vec<_> = holders.into_iter().map(|number| (rank(&number), number)).collect();
        ranked.sort_unstable();
        let best = ranked.first().and_then(|(rank, _)| *rank);
        let nearest = ranked.into_iter().take_while(|(rank, _)| *rank == best).map(|(_, number)| number);
        (resolution(nearest.collect()), best.is_some_and(|(rank, _)| rank == (false, false)))
    }

    /// The entities that have a folded text as the folded form of an id or a name.
    fn found(&self, folded: &str) -> Vec<EntityNumber> {
        let mut holders: Vec<_> = [&self.folded_ids, &self.names]
            .into_iter()
            .filter_map(|names| names.get(folded))
            .flatten()
            .copied()
            .collect();
        holders.sort_unstable();
        holders.dedup();
        holders
    }
}

/// The names of an entity that match a text; if there are none, those that match
/// it without punctuation.
fn matches<'e>(number: EntityNumber, entity: &'e Arc<Entity>, written: &str) -> Vec<NameMatch<'e>> {
    let aliases = entity.aliases.iter().map(|alias| {
        let by = if matches!(alias, Alias::Always(_)) { MatchedBy::Alias } else { MatchedBy::DatedName };
        (by, alias.name(), alias.interval())
    });
    let id = (MatchedBy::Id, entity.id.as_str(), Interval::default());
    let name = (MatchedBy::Name, entity.name.as_str(), Interval::default());
    let all: Vec<_> = [id, name].into_iter().chain(aliases).collect();
    let folded = fold(written);
    let mut fitting: Vec<_> = all.iter().copied().filter(|(_, name, _)| fold(name) == folded).collect();
    let loosely = fitting.is_empty();
    if loosely {
        let folded = without_punctuation(&folded);
        fitting = all.into_iter().filter(|(_, name, _)| without_punctuation(&fold(name)) == folded).collect();
    }
    let plain = |name| if loosely { without_punctuation(name) } else { Cow::Borrowed(name) };
    let matched = |(by, name, held)| {
        let likeness = Likeness::of(&plain(written), &plain(name)).unwrap_or(Likeness::Folded);
        NameMatch { number, entity, by, name, held, likeness, loosely }
    };
    fitting.into_iter().map(matched).collect()
}

fn resolution(holders: Vec<EntityNumber>) -> Resolution {
    match holders.as_slice() {
        [] => Resolution::Unknown,
        [one] => Resolution::One(*one),
        _ => Resolution::Ambiguous(holders),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entities() -> Entities {
        let all = [
            json!({"entity": "old-union", "kind": "state", "name": "Union", "from": "1918-12-01", "until": "1992-04-27",
                   "aliases": ["UN", {"name": "Kingdom", "until": "1929-10-03"}, {"name": "Realm", "from": "1950", "until": "1960"}]}),
            json!({"entity": "new-union", "kind": "state", "name": "New Union", "from": "1992-04-27",
                   "aliases": [{"name": "Union", "from": "1992-04-27", "until": "2003-02-04"}, {"name": "UN", "from": "2000"}]}),
            json!({"entity": "alpha", "kind": "state", "name": "Alpha",
                   "aliases": ["Alpha, Republic of", "The Alphas", {"name": "Alpha Land", "from": "1977-03-02", "until": "2011-09-16"}]}),
            json!({"entity": "beta", "kind": "body", "name": "Beta Board for Trade, Work and Play", "aliases": ["B.B.", "Realm"]}),
            json!({"entity": "v12", "kind": "version", "name": "1.2"}),
        ];
        Entities::new(all.map(|entity| Arc::new(serde_json::from_value(entity).unwrap())))
    }

    fn found(entities: &Entities, resolution: &Resolution) -> Vec<String> {
        let numbers = match resolution {
            Resolution::Unknown => Vec::new(),
            Resolution::One(one) => vec![*one],
            Resolution::Ambiguous(several) => several.clone(),
        };
        numbers.into_iter().map(|number| entities.get(number).id.clone()).collect()
    }

    fn at(entities: &Entities, written: &str, date: &str) -> Vec<String> {
        found(entities, &entities.resolve_at(written, &Date::parse(date).unwrap()))
    }

    /// Who is found by a name, by which kind of name, in which years it was one, and whether loosely.
    type Found<'e> = (&'e str, MatchedBy, Option<String>, bool);

    fn how<'e>(entities: &'e Entities, written: &str, on: Option<&Date>) -> Option<Found<'e>> {
        let found = entities.match_of(written, on)?;
        Some((&found.entity.id, found.by, found.held.years(), found.loosely))
    }

    #[test]
    fn of_several_who_had_a_name_the_date_decides_and_without_one_all_are_meant() {
        let entities = entities();
        assert_eq!(found(&entities, &entities.resolve("union")), ["old-union", "new-union"]);
        assert_eq!(at(&entities, "Union", "1992-04-26"), ["old-union"]);
        assert_eq!(at(&entities, "Union", "1992-04-27"), ["new-union"]);
        assert_eq!(at(&entities, "UNION", "1999"), ["new-union"]);
        assert_eq!(at(&entities, "Union", "2003"), ["new-union"], "possibly is enough where nobody else can be meant");
        assert_eq!(at(&entities, "Union", "1992"), ["old-union", "new-union"]);
        assert_eq!(at(&entities, "Union", "1992-02/1992-03"), ["old-union"]);
        assert_eq!(
            at(&entities, "UN", "1998-05"),
            ["old-union", "new-union"],
            "a date that leaves none decides nothing"
        );
        assert_eq!(at(&entities, "Realm", "1955"), ["old-union", "beta"]);
        assert_eq!(
            at(&entities, "Realm", "1961"),
            ["beta"],
            "a name without dates is one for as long as its holder lives"
        );
    }

    #[test]
    fn a_name_that_one_alone_had_finds_it_at_any_date() {
        let entities = entities();
        assert_eq!(found(&entities, &entities.resolve("alpha land")), ["alpha"]);
        assert_eq!(at(&entities, "Alpha Land", "2014-01-01"), ["alpha"]);
        assert_eq!(at(&entities, "Kingdom", "1950"), ["old-union"]);
        assert_eq!(at(&entities, "nowhere", "1950"), Vec::<String>::new());
    }

    #[test]
    fn a_match_says_by_which_name_and_when_that_was_one() {
        let entities = entities();
        let how = |written: &str| how(&entities, written, None);
        let years = |years: &str| Some(years.to_owned());
        assert_eq!(how("ALPHA"), Some(("alpha", MatchedBy::Id, None, false)));
        assert_eq!(how("new union"), Some(("new-union", MatchedBy::Name, None, false)));
        assert_eq!(how("alpha, republic of"), Some(("alpha", MatchedBy::Alias, None, false)));
        assert_eq!(how("Alpha Land"), Some(("alpha", MatchedBy::DatedName, years("1977–2011"), false)));
        assert_eq!(how("Kingdom"), Some(("old-union", MatchedBy::DatedName, years("until 1929"), false)));
        assert_eq!(how("alphas"), Some(("alpha", MatchedBy::Alias, None, true)));
        assert_eq!(how("Union"), None);
        let on = Date::parse("2001-02").unwrap();
        let union = self::how(&entities, "Union", Some(&on));
        assert_eq!(union, Some(("new-union", MatchedBy::DatedName, years("1992–2003"), false)));
        let years = |id: &str, written: &str| {
            let Resolution::One(number) = entities.resolve(id) else { panic!("{id}") };
            entities.years_of(number, written)
        };
        assert_eq!(years("old-union", "union").as_deref(), Some("1918–1992"));
        assert_eq!(years("new-union", "un").as_deref(), Some("since 2000"));
        assert_eq!(years("beta", "realm"), None);
    }

    #[test]
    fn punctuation_left_aside_the_nearest_name_goes_first() {
        let all = [("a", "Côte, The"), ("b", "Cote."), ("c", "The Róse"), ("d", "the rose.")];
        let all = all.map(|(id, name)| {
            Arc::new(serde_json::from_value(json!({"entity": id, "kind": "state", "name": name})).unwrap())
        });
        let entities = Entities::new(all);
        for (written, ids) in [("Cote", "b"), ("CÔTE The", "a"), ("Rose", "d"), ("RÓSE", "c"), ("Rosé", "cd")] {
            assert_eq!(found(&entities, &entities.resolve(written)).concat(), ids, "{written}");
        }
    }

    #[test]
    fn commas_periods_and_a_leading_the_matter_only_where_a_name_has_nothing_else() {
        let entities = entities();
        for written in ["Alpha Republic of", "the alphas", "Alphas", "THE Alpha", "Alpha.", "Alpha (the)"] {
            assert_eq!(found(&entities, &entities.resolve(written)), ["alpha"], "{written}");
        }
        assert_eq!(found(&entities, &entities.resolve("beta board for trade work and play")), ["beta"]);
        assert_eq!(found(&entities, &entities.resolve("bb")), ["beta"]);
        assert_eq!(found(&entities, &entities.resolve("the union")), ["old-union", "new-union"]);
        assert_eq!(at(&entities, "the Union", "1995"), ["new-union"]);
        assert_eq!(entities.resolve("12"), Resolution::Unknown, "a period between digits is part of a number");
        assert_eq!(entities.resolve("the"), Resolution::Unknown);
        assert_eq!(entities.resolve(","), Resolution::Unknown);
    }

    #[test]
    fn dated_names_are_written_as_they_were_read() {
        for (_, entity) in entities().iter() {
            let json = serde_json::to_string(&**entity).unwrap();
            assert_eq!(serde_json::from_str::<Entity>(&json).unwrap(), **entity);
        }
        let json =
            r#"{"entity":"a","kind":"k","name":"A","aliases":["B",{"name":"C","from":"1977-03-02","until":"2011~"}]}"#;
        assert_eq!(serde_json::to_string(&serde_json::from_str::<Entity>(json).unwrap()).unwrap(), json);
    }
}
