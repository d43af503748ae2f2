//! Looking a store over: every byte of the journal, the index beside it, and
//! names that nothing answers to.

use std::collections::{BTreeMap, BTreeSet};

use super::handle::{Store, StoreJournal};
use crate::error::Error;
use crate::exec::undeclared_of_kinds;
use crate::index::IndexError;
use crate::index::View;
use crate::journal::Damage;
use crate::model::{FieldKind, fold, nearest};

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct CheckReport {
    /// What is wrong with the journal, and where.
    pub damages: Vec<Damage>,
    /// What is wrong with the index; it can be rebuilt.
    pub index: Option<IndexError>,
    /// Transactions in the journal.
    pub transactions: u64,
    /// Lines in the journal.
    pub lines: u64,
    /// Facts in force.
    pub facts: u64,
}

/// A name of an open field that no entity has.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnresolvedName {
    /// The field.
    pub field: String,
    /// The name as written.
    pub written: String,
    /// How many facts in force have it.
    pub facts: u64,
    /// A name of an entity that may be meant.
    pub nearest: Option<String>,
    /// The other names without an entity that differ from it only in letter case,
    /// accents and the like.
    pub alike: Vec<String>,
}

/// How large a store is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Statistics {
    /// Facts in force.
    pub facts: u64,
    /// Entities by kind, the most numerous first.
    pub entities: Vec<(String, u64)>,
    /// How many entities each noun names, by its plural: those that are declared,
    /// and the names that only facts use.
    pub nouns: Vec<(String, u64)>,
    /// The last transaction.
    pub transaction: u64,
}

impl Store {
    /// Reads every byte of the journal and of the index.
    ///
    /// # Errors
    ///
    /// If a file cannot be read. Damage is not an error here, but in the report.
    pub fn check(&self) -> Result<CheckReport, Error> {
        let head = self.inner.journal.journal().head();
        let damages = match &self.inner.journal {
            StoreJournal::File(journal) => journal.verify()?.damage,
            StoreJournal::Memory(_) => Vec::new(),
        };
        let index = self.index().verify().err();
        Ok(CheckReport {
            damages,
            index,
            transactions: head.transaction,
            lines: head.line,
            facts: self.snapshot().live().len(),
        })
    }

    /// Every name in an open field that no entity has, the most frequent first.
    ///
    /// # Errors
    ///
    /// If neither the index nor the journal can be read.
    pub fn unresolved_names(&self) -> Result<Vec<UnresolvedName>, Error> {
        self.reading(|view| {
            let mut names = Vec::new();
            for field in view.schema().fields().filter(|field| field.kind == FieldKind::Reference) {
                let Some(values) = view.field(&field.name) else { continue };
                let is_declared = |ordinal| values.entity(ordinal).is_some_and(|one| view.entities().is_declared(one));
                for ordinal in (0..values.len()).filter(|ordinal| !is_declared(*ordinal)) {
                    let facts = values.postings(&[ordinal].into_iter().collect())?.intersection_len(view.live());
                    let written = values.written(ordinal).to_string();
                    let nearest = nearest(&written, view.entities().names().map(|(name, _)| name)).map(str::to_owned);
                    if facts > 0 {
                        let alike = Vec::new();
                        names.push(UnresolvedName { field: field.name.to_string(), written, facts, nearest, alike });
                    }
                }
            }
            let mut by_letters: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
            for name in &names {
                by_letters.entry(fold(&name.written).into_owned()).or_default().insert(name.written.clone());
            }
            for name in &mut names {
                let alike = by_letters.get(&*fold(&name.written)).into_iter().flatten();
                name.alike = alike.filter(|other| **other != name.written).cloned().collect();
            }
            names.sort_by(|a, b| b.facts.cmp(&a.facts).then_with(|| a.written.cmp(&b.written)));
            Ok(names)
        })
    }

    /// How large the store is.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        let snapshot = self.snapshot();
        let mut entities: Vec<(String, u64)> = Vec::new();
        for (_, entity) in snapshot.entities().iter() {
            match entities.iter_mut().find(|(kind, _)| *kind == entity.kind) {
                Some((_, count)) => *count += 1,
                None => entities.push((entity.kind.clone(), 1)),
            }
        }
        entities.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let nouns = snapshot.schema().vocabulary().nouns.iter().map(|(plural, noun)| {
            let declared = snapshot.entities().iter().filter(|(_, entity)| noun.kinds.contains(&entity.kind)).count();
            // If the index cannot be read, a query will say so.
            let used = undeclared_of_kinds(&*snapshot, &noun.kinds).map_or(0, |names| names.len());
            (plural.clone(), declared as u64 + used)
        });
        let nouns = nouns.collect();
        Statistics { facts: snapshot.live().len(), entities, nouns, transaction: snapshot.transaction() }
    }
}
