//! Resolving names: which entity a written name refers to, by which of its names,
//! and when that name was in use.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::{Entities, EntityNumber, Resolution};
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
    fn rank(&self) -> bool {
        self.loosely || self.likeness > Likeness::Caseless
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
    /// matches, commas, periods and a leading `the` are ignored too.
    #[must_use]
    pub fn resolve(&self, written: &str) -> Resolution {
        if let Some(number) = self.ids.get(canonical(written).as_ref()) {
            return Resolution::One(*number);
        }
        let folded = fold(written);
        match self.holders(&folded, written) {
            Resolution::Unknown => self.loose_holders(&without_punctuation(&folded)),
            found => found,
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
    fn matches(&self, number: EntityNumber, written: &str) -> impl Iterator<Item = NameMatch<'_>> {
        let entity = self.get(number);
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
            let written = without_punctuation(&folded);
            fitting = all.into_iter().filter(|(_, name, _)| without_punctuation(&fold(name)) == written).collect();
        }
        let matched = |(by, name, held)| {
            let likeness = Likeness::of(written, name).unwrap_or(Likeness::Folded);
            NameMatch { number, entity, by, name, held, likeness, loosely }
        };
        fitting.into_iter().map(matched).collect::<Vec<_>>().into_iter()
    }

    /// The entities whose id or one of whose names a text finds; of several those
    /// that it finds best.
    fn holders(&self, folded: &str, written: &str) -> Resolution {
        let holders = self.found(folded);
        if holders.len() < 2 {
            return resolution(holders);
        }
        let rank = |number: &EntityNumber| {
            self.matches(*number, written).map(|found| (found.rank(), found.by != MatchedBy::Id)).min()
        };
        let ranks: Vec<_> = holders.iter().map(rank).collect();
        let best = ranks.iter().min();
        let found = holders.iter().zip(&ranks).filter(|(_, rank)| Some(*rank) == best);
        resolution(found.map(|(number, _)| *number).collect())
    }

    /// The same for a text without punctuation, compared with names without it.
    fn loose_holders(&self, loose: &str) -> Resolution {
        let mut holders = self.found(loose);
        holders.extend(self.loose.get(loose).into_iter().flatten());
        holders.sort_unstable();
        holders.dedup();
        resolution(holders)
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

fn resolution(holders: Vec<EntityNumber>) -> Resolution {
    match holders.as_slice() {
        [] => Resolution::Unknown,
        [one] => Resolution::One(*one),
        _ => Resolution::Ambiguous(holders),
    }
}

/// A folded name without the parts that are most often lost when names are
/// copied: commas, periods (unless they are part of a number), and `the` at the
/// beginning or, as in sorted lists, in parentheses at the end.
pub(super) fn without_punctuation(folded: &str) -> Cow<'_, str> {
    let without_article = folded.strip_prefix("the ").or_else(|| folded.strip_suffix(" (the)")).unwrap_or(folded);
    if !without_article.contains([',', '.']) {
        return Cow::Borrowed(without_article);
    }
    let mut loose = String::with_capacity(without_article.len());
    let mut characters = without_article.chars().peekable();
    let mut before = None;
    while let Some(character) = characters.next() {
        let is_digit = |neighbour: Option<char>| neighbour.is_some_and(char::is_numeric);
        let in_number = is_digit(before) && is_digit(characters.peek().copied());
        before = Some(character);
        match character {
            '.' if !in_number => {}
            ',' if !in_number => loose.push(' '),
            other => loose.push(other),
        }
    }
    Cow::Owned(loose.split_whitespace().collect::<Vec<_>>().join(" "))
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

    fn how(entities: &Entities, written: &str) -> String {
        let found = entities.match_of(written, None);
        found.map_or_else(|| "nobody".to_owned(), |found| format!("{}: {found}", found.entity.id))
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
        assert_eq!(how(&entities, "ALPHA"), "alpha: id");
        assert_eq!(how(&entities, "new union"), "new-union: name");
        assert_eq!(how(&entities, "alpha, republic of"), "alpha: alias");
        assert_eq!(how(&entities, "Alpha Land"), "alpha: dated name, 1977–2011");
        assert_eq!(how(&entities, "Kingdom"), "old-union: dated name, until 1929");
        assert_eq!(how(&entities, "alphas"), "alpha: alias, except for commas, periods or `the`");
        assert_eq!(how(&entities, "Union"), "nobody");
        let on = Date::parse("2001-02").unwrap();
        assert_eq!(entities.match_of("Union", Some(&on)).unwrap().to_string(), "dated name, 1992–2003");
        let years = |id: &str, written: &str| {
            let Resolution::One(number) = entities.resolve(id) else { panic!("{id}") };
            entities.years_of(number, written)
        };
        assert_eq!(years("old-union", "union").as_deref(), Some("1918–1992"));
        assert_eq!(years("new-union", "un").as_deref(), Some("since 2000"));
        assert_eq!(years("beta", "realm"), None);
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
