//! What is told of the candidates of completion.

use crate::plan::{Candidate, CandidateNote};

impl Candidate {
    /// What it is, for a person; empty where the text says it all.
    #[must_use]
    pub fn label(&self) -> String {
        match &self.note {
            CandidateNote::None => String::new(),
            CandidateNote::About(text) | CandidateNote::Signature(text) => text.clone(),
            CandidateNote::EveryOne(singular) => format!("every {singular}"),
            CandidateNote::Status => "a status".to_owned(),
            CandidateNote::PartOfDate => "a part of `date`".to_owned(),
            CandidateNote::AnyGroup => "any group".to_owned(),
            CandidateNote::Line => "an entity and what it succeeds or continues".to_owned(),
            CandidateNote::AtLeastOne => "at least one".to_owned(),
            CandidateNote::NotOne => "none at all".to_owned(),
            CandidateNote::Absent => "the field is absent".to_owned(),
            CandidateNote::Entity { name, kind, alias } => {
                let alias = alias.as_ref().map_or(String::new(), |(alias, years)| format!(", {alias} {years}"));
                format!("{name} ({kind}){alias}")
            }
        }
    }
}
