//! What the spellings of names refer to in one state of the store: a declared
//! entity, or where a field is open, a name that only facts use.

use std::sync::{Arc, OnceLock, PoisonError};

use indexmap::IndexSet;
use roaring::RoaringBitmap;

use super::index_state::IndexState;
use super::indexed_fields::FieldNumber;
use super::resolved_spellings::{Reference, ResolvedSpellings};
use super::spelling_usage::SpellingUsage;
use crate::model::{
    Alias, EntityNumber, FieldDefinition, FieldKind, UndeclaredNames, better_spelling, caseless, fold, near_in_order,
    order_key,
};

/// How many spellings are looked at for each name that is asked for.
const LOOKED_AT: usize = 64;

/// A field in which a name may stand for itself.
struct OpenField {
    number: FieldNumber,
    definition: FieldDefinition,
}

/// The names in one state of the store.
pub(super) struct StateNames {
    state: Arc<IndexState>,
    resolved: Arc<ResolvedSpellings>,
    open: Vec<OpenField>,
    live: Arc<OnceLock<RoaringBitmap>>,
    usage: OnceLock<SpellingUsage>,
}

impl StateNames {
    pub(super) fn new(state: Arc<IndexState>, live: Arc<OnceLock<RoaringBitmap>>) -> Self {
        let open = state.schema.fields().filter(|field| field.kind == FieldKind::Reference && field.open);
        let open = open.filter_map(|field| {
            let number = state.fields.number(&field.name, field.kind)?;
            Some(OpenField { number, definition: field.clone() })
        });
        Self { open: open.collect(), resolved: resolved(&state), live, state, usage: OnceLock::new() }
    }

    /// The documents in force.
    pub(super) fn live(&self) -> &RoaringBitmap {
        self.live.get_or_init(|| self.state.live())
    }

    /// The number of declared entities.
    fn declared(&self) -> u32 {
        u32::try_from(self.resolved.declared().len()).expect("fewer than 2^32 entities")
    }

    fn length(&self) -> u32 {
        self.state.spellings
    }

    fn text(&self, spelling: u32) -> Option<&Arc<str>> {
        self.state.names.text(&self.state.dictionaries, spelling)
    }

    fn open(&self, field: FieldNumber) -> Option<&OpenField> {
        self.open.iter().find(|open| open.number == field)
    }

    /// Whether a name may stand for itself in a field.
    pub(super) fn are_open(&self, field: FieldNumber) -> bool {
        self.open(field).is_some()
    }

    fn reference(&self, spelling: u32) -> Reference {
        self.resolved.reference(spelling, || self.text(spelling))
    }

    /// The entity that a spelling refers to.
    pub(super) fn entity(&self, field: FieldNumber, spelling: u32) -> Option<EntityNumber> {
        let is_open = self.are_open(field);
        match self.reference(spelling) {
            Reference::Same(number) => Some(number),
            Reference::Found(number) if !is_open => Some(number),
            reference if is_open && stands_for_itself(reference) => {
                Some(EntityNumber(self.declared().checked_add(self.state.names.name(spelling)?)?))
            }
            _ => None,
        }
    }

    /// A spelling as it is shown: of the spellings of its name one that facts in
    /// force have.
    pub(super) fn shown(&self, spelling: u32) -> Option<Arc<str>> {
        let name = self.state.names.name(spelling)?;
        if self.spellings_of(name).nth(1).is_none() {
            return self.text(spelling).cloned();
        }
        self.spellings(name).into_iter().next().or_else(|| self.text(spelling).cloned())
    }

    /// The ordinals of the values of a field that refer to an entity.
    pub(super) fn referring(&self, field: FieldNumber, entity: EntityNumber) -> Vec<u32> {
        let place = |spelling: u32| self.state.names.place(spelling).filter(|(other, _)| *other == field);
        let ordinal = |spelling: u32| place(spelling).map(|(_, ordinal)| ordinal);
        match entity.0.checked_sub(self.declared()) {
            Some(_) if !self.are_open(field) => Vec::new(),
            Some(name) => self.spellings_of(name).filter_map(ordinal).collect(),
            None => {
                let is_open = self.are_open(field);
                let spellings = self.spellings_of_declared(entity);
                let spellings = spellings.iter().copied().filter(|spelling| *spelling < self.length());
                let refers = |spelling: &u32| !is_open || self.reference(*spelling) == Reference::Same(entity);
                spellings.filter(refers).filter_map(ordinal).collect()
            }
        }
    }

    /// The spellings of a name, whatever it refers to.
    fn spellings_of(&self, name: u32) -> impl Iterator<Item = u32> {
        self.state.names.spellings(name, self.length())
    }

    /// All spellings that refer to a declared entity: they have one of its names,
    /// or look like it, or differ from it in punctuation or the article.
    fn spellings_of_declared(&self, number: EntityNumber) -> Arc<[u32]> {
        if let Some(known) = self.resolved.spellings_of(number) {
            return known;
        }
        let length = self.resolved.len();
        let entity = self.resolved.declared().get(number);
        let names = [entity.id.as_str(), &entity.name].into_iter().chain(entity.aliases.iter().map(Alias::name));
        let mut keys: Vec<String> = Vec::new();
        for key in names.map(|name| order_key(name).into_owned()) {
            let bare = key.strip_prefix("the ").or_else(|| key.strip_suffix(" (the)")).unwrap_or(&key);
            keys.extend([format!("the {bare}"), format!("{bare} (the)"), bare.to_owned()]);
            keys.push(key);
        }
        keys.sort_unstable();
        keys.dedup();
        let mut cursor = self.state.names.cursor(&self.state.dictionaries, length);
        let mut found = Vec::new();
        for key in &keys {
            cursor.seek(key);
            while cursor.peek() == Some(key) {
                found.extend(cursor.next_spelling().map(|(_, spelling)| spelling));
            }
        }
        drop(cursor);
        let refers = [Reference::Same(number), Reference::Found(number)];
        found.retain(|spelling| refers.contains(&self.reference(*spelling)));
        found.sort_unstable();
        let found: Arc<[u32]> = found.into();
        self.resolved.remember(number, &found);
        found
    }

    /// The ordinals of the values of a field with this folded form.
    pub(super) fn find(&self, field: FieldNumber, folded: &str) -> Vec<u32> {
        let mut ordinals = Vec::new();
        self.each_with_key(&order_key(folded), &mut |spelling| {
            let place = self.state.names.place(spelling).filter(|(other, _)| *other == field);
            let is_found = || self.text(spelling).is_some_and(|text| fold(text) == folded);
            ordinals.extend(place.filter(|_| is_found()).map(|(_, ordinal)| ordinal));
        });
        ordinals.sort_unstable();
        ordinals
    }

    /// The ordinals of the values of a field whose folded form begins with a text.
    pub(super) fn beginning_of_field(&self, field: FieldNumber, folded: &str) -> Vec<u32> {
        let key = order_key(folded);
        let mut cursor = self.state.names.cursor(&self.state.dictionaries, self.length());
        cursor.seek(&key);
        let begun = std::iter::from_fn(|| cursor.next_spelling().filter(|(held, _)| held.starts_with(&*key)));
        let begins = |spelling: &u32| self.text(*spelling).is_some_and(|text| fold(text).starts_with(folded));
        let begun = begun.map(|(_, spelling)| spelling).filter(begins);
        let places = begun.filter_map(|spelling| self.state.names.place(spelling));
        places.filter(|(other, _)| *other == field).map(|(_, ordinal)| ordinal).collect()
    }

    fn each_with_key(&self, key: &str, visit: &mut dyn FnMut(u32)) {
        let mut cursor = self.state.names.cursor(&self.state.dictionaries, self.length());
        cursor.seek(key);
        while cursor.peek() == Some(key) {
            cursor.next_spelling().into_iter().for_each(|(_, spelling)| visit(spelling));
        }
    }

    /// The name of a spelling, if only facts use it: facts in force, in open fields.
    fn name_in_use(&self, spelling: u32) -> Option<u32> {
        let name = self.state.names.name(spelling)?;
        (stands_for_itself(self.reference(spelling)) && self.spellings_of(name).any(|one| self.is_used(one)))
            .then_some(name)
    }

    /// Whether a fact in force has a spelling in an open field.
    fn is_used(&self, spelling: u32) -> bool {
        let field = self.state.names.place(spelling).map(|(field, _)| field);
        field.is_some_and(|field| self.are_open(field)) && self.usage().includes(spelling)
    }

    fn usage(&self) -> &SpellingUsage {
        self.usage.get_or_init(|| {
            let fields: Vec<FieldNumber> = self.open.iter().map(|open| open.number).collect();
            // If the index cannot be read, the query that asks for the facts will say so.
            SpellingUsage::new(&self.state, &fields, self.live()).unwrap_or(SpellingUsage::All)
        })
    }

    fn names_in_use(&self, spellings: impl Iterator<Item = u32>) -> Vec<u32> {
        let mut names: Vec<u32> = Vec::new();
        for name in spellings.filter_map(|spelling| self.name_in_use(spelling)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    fn with_key(&self, key: &str) -> Vec<u32> {
        let mut spellings = Vec::new();
        self.each_with_key(key, &mut |spelling| spellings.push(spelling));
        spellings
    }
}

impl UndeclaredNames for StateNames {
    fn bound(&self) -> u32 {
        if self.open.is_empty() { 0 } else { self.length() }
    }

    fn same(&self, written: &str) -> Option<u32> {
        let same = caseless(written);
        let spellings = self.with_key(&order_key(written)).into_iter();
        let spellings = spellings.filter(|spelling| self.text(*spelling).is_some_and(|text| caseless(text) == same));
        self.names_in_use(spellings).first().copied()
    }

    fn found(&self, written: &str) -> Vec<u32> {
        let found = fold(written);
        let spellings = self.with_key(&order_key(written)).into_iter();
        self.names_in_use(spellings.filter(|spelling| self.text(*spelling).is_some_and(|text| fold(text) == found)))
    }

    fn beginning(&self, prefix: &str, kinds: &[String], most: usize) -> Vec<u32> {
        let (prefix, key) = (fold(prefix), order_key(prefix));
        let mut cursor = self.state.names.cursor(&self.state.dictionaries, self.length());
        let mut names: IndexSet<u32> = IndexSet::new();
        cursor.seek(&key);
        let begun = std::iter::from_fn(|| cursor.next_spelling().filter(|(held, _)| held.starts_with(&*key)));
        // Where names of other kinds are many, those that are wanted are not looked for to the last.
        for (_, spelling) in begun.take(most.saturating_mul(LOOKED_AT)) {
            let begins = self.text(spelling).is_some_and(|text| fold(text).starts_with(&*prefix));
            let name = self.name_in_use(spelling).filter(|name| begins && self.is_of(*name, kinds));
            names.extend(name);
            if names.len() >= most {
                break;
            }
        }
        names.into_iter().collect()
    }

    fn similar(&self, word: &str) -> Vec<String> {
        let mut cursor = self.state.names.cursor(&self.state.dictionaries, self.length());
        let near = near_in_order(&order_key(word), |key| {
            cursor.seek(key);
            cursor.peek().map(str::to_owned)
        });
        drop(cursor);
        let mut similar: Vec<String> = Vec::new();
        for spelling in near.iter().flat_map(|key| self.with_key(key)) {
            if self.name_in_use(spelling).is_some() {
                similar.extend(self.text(spelling).map(|text| fold(text).into_owned()));
            }
        }
        similar.sort_unstable();
        similar.dedup();
        similar
    }

    fn spellings(&self, name: u32) -> Vec<Arc<str>> {
        let mut spellings: Vec<u32> = self.spellings_of(name).filter(|spelling| self.is_used(*spelling)).collect();
        if spellings.is_empty() {
            // A later state may ask who it was.
            spellings = self.spellings_of(name).collect();
        }
        let mut texts: Vec<Arc<str>> = spellings.iter().filter_map(|one| self.text(*one).cloned()).collect();
        texts.sort_unstable();
        texts.dedup();
        let shown =
            texts.iter().cloned().reduce(|one, other| if *better_spelling(&one, &other) == *one { one } else { other });
        texts.sort_by_key(|text| Some(text) != shown.as_ref());
        texts
    }

    fn kind(&self, name: u32) -> Option<String> {
        // The field that tells most.
        let kinds = self.fields_of(name).map(|field| field.definition.kinds.as_slice());
        kinds.filter_map(|kinds| Some((kinds.len(), kinds.first()?))).min().map(|(_, kind)| kind.clone())
    }

    fn is_of(&self, name: u32, kinds: &[String]) -> bool {
        self.fields_of(name).any(|field| field.definition.takes_only(kinds))
    }
}

/// Whether a spelling that refers to this is a name of its own where a field is open.
fn stands_for_itself(reference: Reference) -> bool {
    matches!(reference, Reference::Unknown | Reference::Found(_) | Reference::FoundSeveral)
}

impl StateNames {
    /// The open fields in which facts in force have a name.
    fn fields_of(&self, name: u32) -> impl Iterator<Item = &OpenField> {
        let used = self.spellings_of(name).filter(|spelling| self.is_used(*spelling));
        used.filter_map(|spelling| self.open(self.state.names.place(spelling)?.0))
    }
}

/// What spellings refer to for the entities of a state; those of the state that
/// was used last are remembered.
fn resolved(state: &IndexState) -> Arc<ResolvedSpellings> {
    let mut held = state.names.resolved.lock().unwrap_or_else(PoisonError::into_inner);
    let known = held.as_ref().filter(|known| known.are_of(&state.entities, &state.dictionaries, state.spellings));
    if let Some(known) = known {
        return known.clone();
    }
    held.insert(Arc::new(ResolvedSpellings::new(state.entities.clone(), state.dictionaries.clone(), state.spellings)))
        .clone()
}
